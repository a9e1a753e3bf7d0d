"""The acceptor takes what the web process leaves waiting, over real sockets and as a process of its own."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from django.conf import settings as django_settings

from core import fields
from openuser.launcher import left_socket, listener
from tests.support import factories
from tests.support.emulator import wait_for
from tests.support.paths import ROOT
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom.callbacks import application_file, inbox, inbox_rows, verify_and_decrypt
from wecom.callbacks.acceptor import control
from wecom.callbacks.acceptor.watch import PATIENCE
from wecom.callbacks.spool.spool import Spool
from wecom.callbacks.spool.spool_files import files
from wecom.models import Callback

pytestmark = pytest.mark.django_db
SECOND = 1.0
SLACK = 4.0  # seconds, for a busy machine


@pytest.fixture
def spool(settings, tmp_path) -> Path:
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "spool")}
    folder: Path = tmp_path / "spool"
    return folder


@pytest.fixture
def application(spool):
    made = factories.make_application(is_default=True)
    application_file.keep_all()
    return made


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with listener.opened("127.0.0.1", 0) as opened:
        yield opened


def started(spool: Path, listening: socket.socket, path: Path, *, parent: int = 0) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "OPENUSER_FIELD_KEYS": ",".join(django_settings.FIELD_KEYS),
        "OPENUSER_SPOOL_DIR": str(spool),
    }
    line = [sys.executable, "-m", "wecom.callbacks.acceptor", "--descriptor", str(listening.fileno())]
    line += ["--control", str(path), "--parent", str(parent), "--serving", str(listener.serving_path(path.parent))]
    process = subprocess.Popen(line, cwd=ROOT, env=environment, pass_fds=[listening.fileno()])
    wait_for(lambda: is_held(path), "the acceptor to listen")
    return process


def is_held(path: Path) -> bool:
    held = control.listener_of(path)
    if held is None:
        return False
    held.close()
    return True


@contextmanager
def ended(*processes: "subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture
def door(spool, listening, tmp_path) -> Iterator[str]:
    with ended(started(spool, listening, tmp_path / "a.sock")):
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def post(door: str, envelope: Envelope, *, path: str = "", body: str = "", query: str = "") -> tuple[int, bytes]:
    """The answer; 0 if there is none."""
    try:
        answer = requests.post(
            f"{door}{PATH}{path}?{query or envelope.query}", (body or envelope.body).encode(), timeout=10
        )
    except requests.ConnectionError:
        return 0, b""
    return answer.status_code, answer.content


def sealed(application, number: int = 1, **more) -> Envelope:
    return Envelope(application, text_xml(application, msg_id=number), **more)


def rows(spool: Path) -> list[dict]:
    lines = [line for path in files(spool) for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines]


def test_a_callback_is_acknowledged_and_replayed_as_the_reception_would(application, spool, door):
    envelope = sealed(application)
    signed = {"signature": envelope.signature, "timestamp": envelope.timestamp, "nonce": envelope.nonce}
    expected = inbox.open_callback(application, envelope.body.encode(), **signed)
    began = time.monotonic()
    assert post(door, envelope) == (200, b"")
    assert time.monotonic() - began < SECOND + SLACK
    (line,) = rows(spool)
    taken = inbox_rows.values_in(line)
    assert fields.decrypt(taken.pop("body")) == fields.decrypt(expected.pop("body"))
    own = {"cid", "created_at", "due_at"}
    assert {name: value for name, value in taken.items() if name not in own} == {
        name: value for name, value in expected.items() if name not in own
    }
    replayed: list[dict] = []
    Spool(spool).replay(lambda given: replayed.extend(given) or [1] * len(given))
    assert [row["identity"] for row in replayed] == [expected["identity"]]
    assert files(spool) == []


def test_its_words_are_those_of_the_model():
    assert verify_and_decrypt.PROBE == Callback.PROBE
    assert verify_and_decrypt.CANCELLED == Callback.Status.CANCELLED
    assert (verify_and_decrypt.PROBED, verify_and_decrypt.STALE) == (Callback.Reason.PROBE, Callback.Reason.STALE)


def test_what_is_not_of_the_platform_is_refused(application, spool, door):
    sound = sealed(application)
    assert post(door, sealed(application, token="somebodyelse")) == (403, b"")
    assert post(door, sealed(application, corp="ww9999999999999999")) == (403, b"")
    assert post(door, sound, body="no XML") == (403, b"")
    assert post(door, sound, query=f"{sound.query}&nonce=1") == (403, b"")
    assert post(door, sound, body=sound.body.ljust(65_537)) == (413, b"")
    assert requests.put(f"{door}{PATH}?{sound.query}", timeout=10).status_code == 405
    assert post(door, sound, path="/unknown") == (0, b"")
    assert rows(spool) == []


def test_the_url_check_is_answered_byte_for_byte(application, door):
    echo = Envelope(application, "1616140317555161061")
    query = f"{echo.query}&{urlencode({'echostr': echo.encrypted})}"
    answer = requests.get(f"{door}{PATH}/{application.webhook_key}?{query}", timeout=10)
    assert (answer.status_code, answer.content) == (200, b"1616140317555161061")
    assert requests.get(f"{door}{PATH}?{query.replace(echo.signature, '0' * 40)}", timeout=10).status_code == 403


def test_a_withdrawn_application_is_unknown_at_once(application, spool, door, django_capture_on_commit_callbacks):
    assert post(door, sealed(application, 1)) == (200, b"")
    application.enabled = False
    with django_capture_on_commit_callbacks(execute=True):
        application.save()
    assert post(door, sealed(application, 2)) == (0, b"")
    assert len(rows(spool)) == 1


def test_above_the_limit_of_the_spool_nothing_is_acknowledged(application, spool, door):
    full = spool / "00000000000000000001-full.jsonl.broken"
    with full.open("wb") as file:
        file.truncate(django_settings.WECOM["SPOOL_MAX"])
    assert post(door, sealed(application)) == (0, b"")
    full.unlink()
    assert post(door, sealed(application)) == (200, b"")


def test_pages_are_told_to_come_again(application, door):
    answer = requests.get(f"{door}/admin/", timeout=10)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert 'http-equiv="refresh"' in answer.text
    assert "正在启动" in answer.content.decode()
    sent = requests.post(f"{door}/admin/", {"name": "value"}, timeout=10)
    assert sent.status_code == 503
    assert 'http-equiv="refresh"' not in sent.text  # what was entered would be gone unseen


def test_a_web_process_that_accepts_is_left_alone(application, spool, listening, door):
    listening.setblocking(True)
    taken = []
    for _ in range(3):
        with socket.create_connection(listening.getsockname(), timeout=10) as asking:
            connection, _peer = listening.accept()
            with connection:
                asking.sendall(b"GET /admin/ HTTP/1.1\r\n\r\n")
                taken.append(connection.recv(100))
                assert not select.select([asking], [], [], PATIENCE * 2)[0]
    assert taken == [b"GET /admin/ HTTP/1.1\r\n\r\n"] * 3


def test_a_web_process_that_lives_has_more_time(application, listening, door, tmp_path):
    serving = listener.note_serving(tmp_path)
    assert serving is not None
    with serving, socket.create_connection(listening.getsockname(), timeout=30) as asking:
        asking.sendall(b"GET /admin/ HTTP/1.1\r\n\r\n")
        assert not select.select([asking], [], [], PATIENCE * 3)[0]
        assert asking.recv(100).startswith(b"HTTP/1.1 503 ")


def test_a_slow_request_does_not_hold_up_another(application, listening, door):
    with socket.create_connection(listening.getsockname(), timeout=30) as slow:
        slow.sendall(b"POST /")
        assert post(door, sealed(application)) == (200, b"")
        assert slow.recv(1) == b""  # it is cut


def test_its_successor_takes_over(application, spool, listening, tmp_path):
    path = tmp_path / "a.sock"
    first = started(spool, listening, path)
    with ended(first):
        second = started(spool, listening, path)
        with ended(second):
            assert first.wait(10) == 0
            assert post(f"http://127.0.0.1:{listening.getsockname()[1]}", sealed(application)) == (200, b"")
            second.send_signal(signal.SIGTERM)
            assert second.wait(10) == 0
            assert not path.exists()


def test_it_keeps_the_socket_of_a_process_that_is_gone(application, spool, tmp_path):
    listening = listener.opened("127.0.0.1", 0)
    path, address = listener.control_path(tmp_path), listening.getsockname()
    with ended(started(spool, listening, path)):
        listening.close()
        assert post(f"http://127.0.0.1:{address[1]}", sealed(application)) == (200, b"")
        assert left_socket.left(tmp_path, "127.0.0.1", address[1] + 1) is None
        again = left_socket.left(tmp_path, *address)
        assert again is not None
        with again:
            assert again.getsockname() == address


def test_it_ends_with_the_folder_of_its_installation(application, spool, listening, tmp_path):
    path = tmp_path / "a.sock"
    process = started(spool, listening, path)
    with ended(process):
        path.unlink()
        assert process.wait(10) == 0
