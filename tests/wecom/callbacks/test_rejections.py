"""The webhook and malformed requests: an empty body or the usual answer, and nothing half stored."""

import asyncio

import pytest
from django.core.handlers.asgi import ASGIHandler

from tests.support import factories
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom.models import Callback

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@pytest.mark.parametrize("accept", ["text/xml", "image/png", "nonsense", ""])
@pytest.mark.parametrize("kind", ["text/xml", "application/json", "multipart/form-data", "x"])
def test_whatever_the_headers_say_a_callback_is_taken(client, application, accept, kind):
    envelope = Envelope(application, text_xml(application))
    answer = client.post(
        f"{PATH}?{envelope.query}&format=xml", envelope.body, content_type=kind, headers={"accept": accept}
    )
    assert (answer.status_code, answer.content) == (200, b"")
    assert Callback.objects.count() == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_learn_nothing(client, application, method):
    answer = client.generic(method, PATH)
    assert (answer.status_code, answer.content) == (405, b"")


def test_head_is_refused_like_get(client, application):
    assert client.head(PATH).status_code == 403


@pytest.mark.parametrize("doubled", ["nonce=other", "timestamp=1", "msg_signature=a", "nonce=1372623149", "nonce="])
def test_a_doubled_parameter_is_refused(client, application, doubled):
    envelope = Envelope(application, text_xml(application))
    for query in (f"{doubled}&{envelope.query}", f"{envelope.query}&{doubled}"):
        answer = client.post(f"{PATH}?{query}", envelope.body, content_type="text/xml")
        assert (answer.status_code, answer.content) == (403, b"")
        asked = client.get(f"{PATH}?{query}", {"echostr": envelope.encrypted}, QUERY_STRING=f"{query}&echostr=x")
        assert asked.status_code == 403
    assert not Callback.objects.exists()


def test_a_semicolon_parts_nothing(client, application):
    envelope = Envelope(application, text_xml(application))
    for query in (
        envelope.query.replace("&", ";"),
        envelope.query.replace("&nonce", ";nonce"),
        f"{envelope.query};nonce=other",
        f"a=1;{envelope.query}",
    ):
        answer = client.post(f"{PATH}?{query}", envelope.body, content_type="text/xml")
        assert (answer.status_code, answer.content) == (403, b"")
    assert not Callback.objects.exists()


def test_too_many_parameters_are_refused(client, application):
    envelope = Envelope(application, text_xml(application))
    assert client.post(f"{PATH}?{envelope.query}&other=1", envelope.body, content_type="text/xml").status_code == 200
    many = "&".join(f"a{number}=1" for number in range(3000))
    for ask in (client.get, client.post):
        answer = ask(f"{PATH}?{many}")
        assert (answer.status_code, answer.content) == (403, b"")
    assert Callback.objects.count() == 1


def test_a_chunked_body_is_read_and_a_huge_one_refused(application):
    async def post(chunks: list[bytes], query: str) -> int:
        answers: list[dict] = []
        rest = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        rest.append({"type": "http.request", "body": b"", "more_body": False})

        async def receive():
            if rest:
                return rest.pop(0)
            await asyncio.Future()

        async def send(message):
            answers.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "query_string": query.encode(),
            "headers": [(b"host", b"testserver"), (b"transfer-encoding", b"chunked")],
        }
        await ASGIHandler()(scope, receive, send)
        return int(answers[0]["status"])

    envelope = Envelope(application, text_xml(application))
    assert asyncio.run(post([envelope.body.encode()], envelope.query)) == 200
    assert asyncio.run(post([b"x" * 65536] * 64, envelope.query)) == 413
    assert Callback.objects.count() == 1
