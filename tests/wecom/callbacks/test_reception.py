"""One function receives: the event loop of the lane answers and records exactly what the view does."""

import asyncio
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from core.metrics.counts import pending
from openuser import asgi
from tests.support import factories
from tests.wecom.support.callback_sender import PATH, Envelope, event_xml, text_xml
from tests.wecom.support.hostile_callbacks import spliced
from wecom import middleware
from wecom.callbacks import reception
from wecom.callbacks.reception import Reception
from wecom.metrics import CALLBACKS
from wecom.models import Application, Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
NOT_COMPARED = {"id", "body", "cid", "created_at", "due_at", "finished_at"}


class Sent(NamedTuple):
    """A request to the webhook."""

    query: str
    body: bytes
    path: str = PATH
    method: str = "POST"
    host: str = "testserver"


MANY = Sent("&".join(f"a{number}=1" for number in range(2000)), b"")  # Django refuses to read such a query


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@pytest.fixture(autouse=True)
def lane(settings, monkeypatch) -> middleware.ByASGI:
    """The ASGI application with the lane; it reads the settings when it is made."""
    settings.WECOM = {**settings.WECOM, "CALLBACK_LANE": True}
    made = middleware.ByASGI(asgi.http_application)
    monkeypatch.setattr(asgi, "application", made)
    return made


def by_asgi(sent: Sent) -> tuple[int, dict[str, str], bytes]:
    said: list[dict[str, Any]] = []
    received = iter([{"type": "http.request", "body": sent.body}])

    async def receive() -> dict[str, Any]:
        return next(received)

    async def send(event: dict[str, Any]) -> None:
        said.append(event)

    scope: dict[str, Any] = {
        "type": "http",
        "method": sent.method,
        "path": sent.path,
        "query_string": sent.query.encode(),
    }
    scope |= {"headers": [(b"host", sent.host.encode()), (b"content-length", str(len(sent.body)).encode())]}
    asyncio.run(asgi.application({**scope, "scheme": "http", "root_path": ""}, receive, send))
    headers = {name.decode(): value.decode() for name, value in said[0]["headers"] if name != b"allow"}
    return said[0]["status"], headers, said[1]["body"]


def by_view(sent: Sent) -> tuple[int, dict[str, str], bytes]:
    answer = Client().generic(
        sent.method, sent.path, sent.body, content_type="text/xml", QUERY_STRING=sent.query, HTTP_HOST=sent.host
    )
    # REST framework lists the methods of the address in every answer.
    headers = {name.lower(): value for name, value in answer.items() if name != "Allow"}
    return answer.status_code, headers, answer.content


def recorded() -> list[dict[str, Any]]:
    rows = Callback.objects.order_by("pk")
    fields = [field.attname for field in Callback._meta.concrete_fields if field.attname not in NOT_COMPARED]
    found = [{**{name: getattr(row, name) for name in fields}, "text": row.body} for row in rows]
    rows.delete()
    return found


def sound(application: Application) -> Iterator[Sent]:
    now, long_ago = int(time.time()), int(time.time()) - 7 * 3600
    yield sent_as(Envelope(application, text_xml(application, at=now)))
    yield sent_as(Envelope(application, text_xml(application, at=now)))._replace(path=f"{PATH}/")
    yield sent_as(Envelope(application, event_xml(application, "click", key="a", at=now)))
    yield sent_as(Envelope(application, event_xml(application, Callback.PROBE, at=now)))
    yield sent_as(Envelope(application, text_xml(application, at=long_ago)))  # stale
    yield sent_as(Envelope(application, text_xml(application, at=now), at=now - 3600))  # suspect
    yield sent_as(Envelope(application, text_xml(application, at=now)))._replace(
        path=f"{PATH}/{application.webhook_key}"
    )


def sent_as(envelope: Envelope) -> Sent:
    return Sent(envelope.query, envelope.body.encode())


def refused(application: Application) -> Iterator[Sent]:
    envelope = Envelope(application, text_xml(application), nonce="nonce1")  # with ten digits it could be the time
    good = sent_as(envelope)
    yield good._replace(query=good.query + "&nonce=1")
    yield good._replace(query=good.query.replace("&", ";"))
    yield good._replace(query=good.query.partition("&")[2])
    yield good._replace(query="")
    yield good._replace(query=quote(good.query))
    yield MANY._replace(body=good.body)
    yield good._replace(query="nonce=%ff%00")
    for timestamp, nonce, encrypted in spliced(envelope.timestamp, envelope.nonce, envelope.encrypted):
        query = urlencode({"msg_signature": envelope.signature, "timestamp": timestamp, "nonce": nonce})
        yield Sent(query, envelope.body.replace(envelope.encrypted, encrypted).encode())
    yield sent_as(Envelope(application, text_xml(application), token="somebodyelse"))
    yield sent_as(Envelope(application, text_xml(application), corp="ww9999"))
    yield sent_as(Envelope(application, text_xml(application), key="k" * 43))
    yield sent_as(Envelope(application, text_xml(application).replace("AgentID>", "AgentID>9")))
    yield sent_as(Envelope(application, "<xml><MsgType>text</MsgType></xml>"))
    for body in (b"", b"<xml>", b"\xff\xfe<xml/>", b"<!DOCTYPE x []><xml><Encrypt>a</Encrypt></xml>", b"x" * 65_537):
        yield good._replace(body=body)
    for path in (f"{PATH}x", f"{PATH}/a/b", f"{PATH}/unknown"):
        yield good._replace(path=path)
    yield good._replace(host="elsewhere.example.com")
    yield from (good._replace(method=method) for method in ("GET", "HEAD", "PUT", "OPTIONS"))


@pytest.mark.parametrize("requests", [sound, refused])
def test_both_ways_answer_and_record_alike(application, settings, requests: Callable[[Application], Iterator[Sent]]):
    settings.ALLOWED_HOSTS = ["testserver"]
    for number, sent in enumerate(requests(application)):
        viewed = by_view(sent), recorded()
        assert (by_asgi(sent), recorded()) == viewed, (number, sent)
        assert (viewed[0][0] == 200) is bool(viewed[1]) is (requests is sound), number


def test_plain_http_is_redirected_before_anything_is_recorded(application, settings, monkeypatch):
    settings.SECURE_SSL_REDIRECT = True
    monkeypatch.setattr(asgi, "application", middleware.ByASGI(None))
    assert by_asgi(next(sound(application)))[0] == 301
    assert not Callback.objects.exists()


def received(sent: Sent) -> int:
    return asyncio.run(Reception().receive("", sent.query.encode(), sent.body)).status


def test_what_is_sound_is_received_and_nothing_else(application):
    assert [received(sent) for sent in sound(application)] == [200] * 7
    wrong = [sent for sent in refused(application) if (sent.path, sent.method, sent.host) == Sent("", b"")[2:]]
    assert {received(sent) for sent in wrong} == {403, 413}


def test_the_lane_asks_the_view_for_nothing_that_the_platform_posts(application, monkeypatch):
    monkeypatch.setattr(middleware.ByASGI, "_viewed", None)
    for sent in sound(application):
        assert by_asgi(sent)[0] == 200
    assert by_asgi(sent_as(Envelope(application, text_xml(application), token="somebodyelse")))[0] == 403


def test_a_callback_of_a_known_application_takes_one_statement(application):
    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        asked.append(sql)
        return execute(sql, *others)

    async def record() -> None:
        reception = Reception()
        for number in range(3):
            sent = sent_as(Envelope(application, text_xml(application, msg_id=number)))
            assert (await reception.receive("", sent.query.encode(), sent.body)).status == 200
            if number == 0:
                await reception._database.run(lambda: connection.execute_wrappers.append(note), patience=20)

    asyncio.run(record())
    assert [sql.split()[0] for sql in asked] == ["INSERT", "INSERT"]


def test_answers_are_kept_for_a_bounded_number_of_senders(application, monkeypatch, lane):
    monkeypatch.setattr(middleware, "MOST_ANSWERS", 3)
    sent = next(sound(application))
    for number in range(8):
        assert by_asgi(sent._replace(path=f"{PATH}/unknown{number}"))[0] == 403
    assert by_asgi(sent)[0] == 200
    assert len(lane._answers) <= 3


def test_a_changed_token_of_another_process_is_honoured_at_once(application):
    assert by_asgi(next(sound(application)))[0] == 200
    Application.objects.filter(pk=application.pk).update(token="changed")  # no signal: as another process would
    application.token = "changed"
    assert by_asgi(sent_as(Envelope(application, text_xml(application, msg_id=2))))[0] == 200


def test_a_callback_of_an_application_that_is_gone_is_refused(application):
    sent = next(sound(application))
    assert by_asgi(sent)[0] == 200
    Callback.objects.all().delete()
    Application.objects.filter(pk=application.pk)._raw_delete("default")
    assert by_asgi(sent)[0] == 403


def test_a_body_that_takes_too_long_is_cut_off(application, monkeypatch):
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.01)
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(event: dict[str, Any]) -> None:
        said.append(event)

    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": [], "root_path": ""}
    asyncio.run(asgi.application(scope, receive, send))
    assert said[0]["status"] == 408


@pytest.mark.parametrize("by", [by_view, by_asgi])
def test_a_body_of_more_than_64_kib_is_refused_however_sound(application, by: Callable[[Sent], tuple[Any, ...]]):
    sent = next(sound(application))
    assert by(sent._replace(body=sent.body.ljust(65_537)))[0] == 413
    assert not Callback.objects.exists()
    assert by(sent._replace(body=sent.body.ljust(65_536)))[0] == 200


def test_a_body_that_announces_more_than_its_limit_is_not_read(application):
    sent = next(sound(application))
    body = BytesIO(sent.body.ljust(65_537))
    environ = RequestFactory().post(f"{PATH}?{sent.query}", content_type="text/xml").environ
    environ |= {"CONTENT_LENGTH": "65537", "wsgi.input": body}
    said: list[str] = []
    list(middleware.ByWSGI(None)(environ, lambda status, headers: said.append(status)))
    assert said == ["413 Request Entity Too Large"]
    assert body.tell() == 0


def test_of_a_body_without_an_end_little_is_taken_from_the_server(application):
    sent, events, said = next(sound(application)), 0, list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        nonlocal events
        events += 1
        return {"type": "http.request", "body": b" " * 30_000, "more_body": events < 100}

    async def send(event: dict[str, Any]) -> None:
        said.append(event)

    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": sent.query.encode(), "root_path": ""}
    asyncio.run(asgi.application({**scope, "headers": [(b"host", b"testserver")], "scheme": "http"}, receive, send))
    assert (said[0]["status"], events) == (413, 3)


@pytest.mark.parametrize("lane", [False, True])
def test_a_process_that_serves_no_longer_looks_for_nothing(settings, lane):
    settings.WECOM = {**settings.WECOM, "CALLBACK_LANE": lane}
    served = middleware.ByASGI(None)

    async def serve() -> list[int]:
        events = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
        loop = asyncio.get_running_loop() if lane else reception._own()._loop
        before, running = len(asyncio.all_tasks(loop)), list[int]()

        async def receive() -> dict[str, Any]:
            return next(events)

        async def send(event: dict[str, Any]) -> None:
            await asyncio.sleep(0.01)
            running.append(len(asyncio.all_tasks(loop)) - before)

        await served.answer_lifespan({}, receive, send)
        return running

    assert asyncio.run(serve()) == [1, 0]


def test_callbacks_are_counted_by_what_became_of_them(application):
    pending.take()
    first, unsigned = Envelope(application, text_xml(application)), Envelope(application, text_xml(application))
    unsigned.signature = "0" * 40
    for envelope in (first, first, unsigned):
        by_asgi(sent_as(envelope))
    found = {labels: amount for (name, labels, _part), amount in pending.take().items() if name == CALLBACKS.name}
    tenant = str(application.pk)
    assert found == {(tenant, "ok"): 1, (tenant, "dup"): 1, (tenant, "bad_sig"): 1}
