"""Whatever comes over the wire, the web process never answers a callback with an error of its own (5xx)."""

import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from channels.routing import ProtocolTypeRouter
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st
from uvicorn import Server

from openuser import asgi
from openuser.launcher import listener, web_process
from tests.support import factories
from tests.support.emulator import wait_for
from tests.wecom.callbacks.spool.test_spool import mute_database
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from tests.wecom.support.hostile_callbacks import MUTATORS
from wecom import middleware
from wecom.callbacks import reception
from wecom.models import Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
METHODS = ["POST", "POST", "POST", "GET", "HEAD", "PUT", "OPTIONS", "DELETE", "TRACE", "post", "X-Y"]
# How the length of a body is told, rightly or wrongly.
FRAMINGS = ["length", "length", "chunked", "nothing", "expect", "short", "long", "both", "twice", "negative", "broken"]
HEADERS = ["Content-Type: text/xml", "Content-Type: multipart/form-data", "Content-Encoding: gzip", "X-A: \xff", "Y:"]
QUERIES = ["", "&nonce=1", "%00", "%ff%fe", "&" * 50, "=;=&[]", "&a=" + "b" * 3000]
PATHS = [PATH, f"{PATH}/", f"{PATH}/unknown", f"{PATH}/%ff", f"{PATH}/a/b"]
ANSWER = 30.0  # seconds
SLOW = 0.3


class Running(Server):
    """The server of a web process, in a thread."""

    def __init__(self) -> None:
        super().__init__(web_process.configuration())
        self.listening = listener.opened("127.0.0.1", 0)
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self.run, args=([self.listening],))

    @contextmanager
    def serving(self) -> Iterator["Running"]:
        self.thread.start()
        wait_for(lambda: self.started, "the server")
        try:
            yield self
        finally:
            self.should_exit = True
            self.thread.join()


@pytest.fixture
def application(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    return factories.make_application(is_default=True)


@pytest.fixture
def server(application, monkeypatch) -> Iterator[Running]:
    monkeypatch.setattr(middleware, "BODY_SECONDS", SLOW)
    with Running().serving() as server:
        yield server


@st.composite
def requests(draw: st.DrawFn, envelope: Envelope) -> list[bytes]:
    """A request in the pieces in which it is sent."""
    query = draw(st.sampled_from([envelope.query, envelope.query, ""])) + draw(st.sampled_from(["", "", *QUERIES]))
    body = draw(st.one_of(st.just(envelope.body.encode()), st.binary(max_size=300), st.integers().map(mutated)))
    version = draw(st.sampled_from(["1.1", "1.1", "1.0"]))
    head = [f"{draw(st.sampled_from(METHODS))} {draw(st.sampled_from(PATHS))}?{query} HTTP/{version}"]
    head += draw(st.sampled_from([["Host: testserver"], ["Host: testserver"], ["Host: elsewhere"], []]))
    head += draw(st.lists(st.sampled_from(HEADERS), max_size=2))
    lines, sent = framed(draw(st.sampled_from(FRAMINGS)), body)
    whole = "\r\n".join([*head, *lines, "", ""]).encode("latin-1") + sent
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=3)))
    return [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


def mutated(seed: int) -> bytes:
    chance = random.Random(seed)
    return chance.choice(MUTATORS)(chance)[:70_000]


def framed(how: str, body: bytes) -> tuple[list[str], bytes]:
    """The headers that tell a length, and what follows them."""
    length, chunked = f"Content-Length: {len(body)}", b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return {
        "length": ([length], body),
        "chunked": (["Transfer-Encoding: chunked"], chunked),
        "nothing": ([], body),
        "expect": ([length, "Expect: 100-continue"], body),
        "short": ([f"Content-Length: {max(0, len(body) - 7)}"], body),
        "long": ([f"Content-Length: {len(body) + 7}"], body),
        "both": ([length, "Transfer-Encoding: chunked"], chunked),
        "twice": ([length, "Content-Length: 1"], body),
        "negative": (["Content-Length: -1"], body),
        "broken": (["Transfer-Encoding: chunked"], b"zz\r\n" + body),
    }[how]


def answers(port: int, pieces: list[bytes]) -> list[int]:
    """The statuses that come back until the server ends the connection or has no more to say."""
    statuses, said = list[int](), b""
    address = ("127.0.0.1", port)
    with socket.create_connection(address, timeout=ANSWER) as connection, suppress(OSError):
        for piece in pieces:
            connection.sendall(piece)  # the server ends early what it refuses
        while part := connection.recv(65_536):
            said += part
            statuses = [int(line[9:12]) for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.")]
            connection.settimeout(0.05 if statuses[-1] >= 200 else ANSWER)
    return statuses


@pytest.mark.thorough
def test_no_request_gets_an_error_of_ours(application, server):
    envelope, seen = Envelope(application, text_xml(application)), Counter[int]()

    @trials(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(requests(envelope))
    def ask(pieces: list[bytes]) -> None:
        statuses = answers(server.port, pieces)
        seen.update(statuses)
        assert all(status < 500 for status in statuses), (statuses, pieces)

    ask()
    print(dict(seen))
    assert {200, 400, 403, 408} <= set(seen)
    assert Callback.objects.count() == 1


@pytest.mark.parametrize("framing", ["length", "chunked", "expect"])
def test_a_sound_callback_is_taken_however_its_length_is_told(application, server, framing):
    envelope = Envelope(application, text_xml(application))
    for version in ("1.1", "1.0"):
        lines, body = framed(framing, envelope.body.encode())
        line = f"POST {PATH}?{envelope.query} HTTP/{version}"
        head = "\r\n".join([line, "Host: testserver", "Connection: close", *lines, "", ""]).encode()
        assert answers(server.port, [head, body])[-1] == 200, version
    assert Callback.objects.count() == 1


@pytest.fixture
def no_spool(settings, tmp_path) -> Iterator[None]:
    (tmp_path / "spool").write_text("no folder")
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "spool")}
    reception.forget()
    yield
    reception.forget()


@pytest.mark.usefixtures("no_spool")
@pytest.mark.parametrize("lane", [False, True], ids=["view", "lane"])
def test_a_server_that_ends_answers_no_callback_that_nothing_took(application, settings, monkeypatch, lane):
    settings.WECOM = {**settings.WECOM, "CALLBACK_LANE": lane}
    callbacks = middleware.ByASGI(None)  # reads the setting when it is made
    routes = {"http": callbacks, "lifespan": callbacks.answer_lifespan}
    monkeypatch.setattr(asgi, "application", ProtocolTypeRouter(routes))
    envelope = Envelope(application, text_xml(application))
    lines, body = framed("length", envelope.body.encode())
    head = "\r\n".join([f"POST {PATH}?{envelope.query} HTTP/1.1", "Host: testserver", *lines, "", ""]).encode()
    server = Running()
    with mute_database(), server.serving(), socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head + body)
        wait_for(lambda: server.server_state.tasks, "the request")
        server.should_exit = True
        connection.settimeout(ANSWER)
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""
    wait_for(Callback.objects.exists, "the row that came too late")  # before the cleanup of this test
