"""Callbacks pass security and nothing that only pages need, by WSGI and by ASGI."""

import asyncio
import io
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client

from core.logs import AddCorrelationId
from openuser import asgi, wsgi
from tests.support import factories
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom import middleware
from wecom.models import Callback

pytestmark = pytest.mark.django_db(transaction=True)


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


class ByWSGI:
    """Requests to the WSGI application, as a web server makes them."""

    def __call__(self, envelope: Envelope, path: str = PATH, body: bytes | None = None) -> int:
        body = envelope.body.encode() if body is None else body
        environ: dict[str, Any] = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": envelope.query}
        environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        setup_testing_defaults(environ)
        said: list[str] = []
        answer = wsgi.application(environ, lambda status, headers: said.append(status))
        getattr(answer, "close", lambda: None)()
        return int(said[0].split()[0])


class ByASGI:
    """Requests to the ASGI application, in parts of 100 bytes."""

    def __call__(self, envelope: Envelope, path: str = PATH, body: bytes | None = None) -> int:
        body = envelope.body.encode() if body is None else body
        parts = [body[at : at + 100] for at in range(0, len(body), 100)]
        events = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        return self.send(envelope, path, [*events, {"type": "http.request"}])

    def send(self, envelope: Envelope, path: str, events: list[dict[str, Any]]) -> int:
        scope = {"type": "http", "method": "POST", "path": path, "query_string": envelope.query.encode()}
        scope |= {"headers": [(b"host", b"testserver")], "scheme": "http", "root_path": ""}
        return asyncio.run(self._answered(scope, iter(events)))

    async def _answered(self, scope: dict[str, Any], events: Iterator[dict[str, Any]]) -> int:
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            event = next(events, None)
            if event is None:  # a client waits for its answer
                await asyncio.Event().wait()
            assert event is not None
            return event

        async def send(event: dict[str, Any]) -> None:
            said.append(event)

        await asgi.application(scope, receive, send)
        return int(said[0]["status"]) if said else 0


SERVERS = pytest.mark.parametrize("post", [ByWSGI(), ByASGI()], ids=["wsgi", "asgi"])


@pytest.mark.databases
@SERVERS
def test_callbacks_are_recorded_and_refused_alike_by_both_servers(post, application):
    xml = [text_xml(application, msg_id=number) for number in range(20)]
    assert {post(Envelope(application, each)) for each in xml} == {200}
    assert post(Envelope(application, xml[0])) == 200  # a repeat
    assert post(Envelope(application, xml[0], token="somebodyelse")) == 403
    assert Callback.objects.count() == 20


@SERVERS
def test_callbacks_arrive_at_the_address_of_their_application(post):
    application = factories.make_application()
    assert post(Envelope(application, text_xml(application)), f"{PATH}/{application.webhook_key}") == 200
    assert Callback.objects.get().application == application


@SERVERS
def test_a_body_that_is_too_long_is_refused(post, application, settings):
    body = b"x" * (settings.WECOM["MAX_BODY"] + 1)
    assert post(Envelope(application, text_xml(application)), body=body) == 413


@SERVERS
def test_all_other_addresses_get_their_pages(post, application):
    envelope = Envelope(application, text_xml(application))
    assert post(envelope, "/api/v1/members/") == 401
    assert post(envelope, f"{PATH}x") == 404


@pytest.mark.databases
@SERVERS
def test_a_callback_leaves_its_correlation_id_to_no_other_record(post, application, caplog):
    envelope = Envelope(application, text_xml(application), token="somebodyelse")
    for number in range(middleware.THREADS):
        assert post(Envelope(application, text_xml(application, msg_id=number))) == 200
    caplog.clear()
    caplog.handler.addFilter(AddCorrelationId())
    assert post(envelope) == 403
    (record,) = (record for record in caplog.records if record.name == "wecom.callbacks.reception")
    assert not hasattr(record, "cid")


def test_a_client_that_goes_away_is_not_answered(application):
    envelope = Envelope(application, text_xml(application))
    events = [{"type": "http.request", "body": b"<xml>", "more_body": True}, {"type": "http.disconnect"}]
    assert ByASGI().send(envelope, PATH, events) == 0
    assert not Callback.objects.exists()


def test_a_query_that_is_no_text_is_a_bad_request():
    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"\xff", "headers": [], "root_path": ""}
    assert asyncio.run(ByASGI()._answered(scope, iter([{"type": "http.request"}]))) == 400
