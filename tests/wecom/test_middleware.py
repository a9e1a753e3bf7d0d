"""Callbacks pass security and nothing that only pages need, by WSGI and by ASGI."""

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from tests.support import factories
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom.models import Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


def test_an_answer_has_the_headers_of_security_and_no_cookie(client, application):
    client.cookies["sessionid"] = "x"
    answer = Envelope(application, text_xml(application)).post(client)
    assert answer.headers.items() >= {
        ("Content-Length", "0"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    }
    assert not answer.cookies
    assert "Vary" not in answer.headers


def test_a_host_that_is_not_ours_is_refused(client, application, settings):
    settings.ALLOWED_HOSTS = ["openuser.example.com"]
    envelope = Envelope(application, text_xml(application))
    assert envelope.post(client).status_code == 400
    assert not Callback.objects.exists()


def test_plain_http_is_redirected_where_the_site_wants_https(application, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Envelope(application, text_xml(application)).post(Client()).status_code == 301


@pytest.mark.parametrize("path", ["webhookx", "webhook/a/b", "webhook/a.b"])
def test_an_address_that_only_begins_like_the_webhook_is_not_found(client, path):
    assert client.post(f"/api/v1/integrations/wechat/{path}").status_code == 404


def test_callbacks_by_asgi_are_recorded_and_refused_alike(application):
    def post(envelope: Envelope) -> int:
        answer = async_to_sync(AsyncClient().post)(
            f"{PATH}?{envelope.query}", data=envelope.body, content_type="text/xml"
        )
        return answer.status_code

    xml = [text_xml(application, msg_id=number) for number in range(20)]
    assert {post(Envelope(application, each)) for each in xml} == {200}
    assert post(Envelope(application, xml[0], token="somebodyelse")) == 403
    assert Callback.objects.count() == 20
