"""What a callback is promised holds at every door: view and lane under uvicorn, gunicorn, `runserver`, the acceptor."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from urllib.parse import urlencode

import pytest
import redis
from django.conf import settings

from openuser.servers import valkey
from tests.support.emulator import wait_for
from tests.wecom.support.callback_sender import PATH, Envelope
from tests.wecom.support.web_processes import SERVERS, WEB_SERVERS, Door, Servers
from wecom import messages
from wecom.callbacks import key_ring
from wecom.callbacks.group_commit import PATIENCE

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
IN_TIME = 5.0  # seconds; then the platform sends it again
AT_ONCE = 16
TRIES = 5


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    made = Servers(settings.RUN_FOLDER)
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture(params=sorted(SERVERS))
def door(servers, request) -> Iterator[Door]:
    yield servers.of(request.param)
    servers.wait_until_recorded()


@pytest.fixture(params=WEB_SERVERS)
def web_door(servers, request) -> Iterator[Door]:
    yield servers.of(request.param)
    servers.wait_until_recorded()


def identity(door: Door, envelope: Envelope) -> str:
    signed = {"signature": envelope.signature, "timestamp": envelope.timestamp, "nonce": envelope.nonce}
    return messages.identity(
        messages.inbound(key_ring.open_sealed(door.servers.application, envelope.encrypted, **signed))
    )


def identities(door: Door, envelopes: list[Envelope]) -> list[str]:
    return [identity(door, envelope) for envelope in envelopes]


def test_a_callback_is_recorded_once_however_often_it_comes(door):
    envelope = door.callback()
    assert [door.post(envelope) for _ in range(3)] == [(200, b"")] * 3
    assert door.recorded() == [identity(door, envelope)]
    assert door.servers.spooled() == 0


def test_the_url_check_is_answered_byte_for_byte(door):
    echo = Envelope(door.servers.application, "1616140317555161061")
    query = f"{echo.query}&{urlencode({'echostr': echo.encrypted})}"
    assert door.ask("GET", f"{PATH}?{query}") == (200, b"1616140317555161061")
    assert door.ask("GET", f"{PATH}?{query.replace(echo.signature, '0' * 40)}") == (403, b"")


def test_what_is_not_of_the_platform_is_refused_without_a_word(door):
    sound = door.callback()
    assert door.post(door.callback(token="somebodyelse")) == (403, b"")
    assert door.post(door.callback(corp="ww9999999999999999")) == (403, b"")
    unknown = (403 if door.asks_database else 0, b"")  # without a database one does not know all addresses
    assert door.post(sound, path="/unknown") == unknown
    assert door.post(sound, body="no XML") == (403, b"")
    assert door.ask("POST", f"{PATH}?{sound.query}&nonce=1", sound.body) == (403, b"")
    assert door.ask("PUT", f"{PATH}?{sound.query}", sound.body)[0] == 405
    assert door.recorded() == []


def test_a_body_above_the_limit_is_refused(door):
    sound = door.callback()
    assert door.post(sound, body=sound.body.ljust(65_537)) == (413, b"")
    assert door.post(sound, body=sound.body.ljust(65_536)) == (200, b"")


def test_copies_that_come_at_once_are_one_callback(door):
    envelopes = [door.callback() for _ in range(6)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = set(threads.map(door.post, envelopes * 4))
    assert answers == {(200, b"")}
    assert sorted(door.recorded()) == sorted(identities(door, envelopes))


def test_what_comes_during_a_commit_is_recorded_in_a_group(web_door):
    door, sent = web_door, list[Envelope]()
    for _attempt in range(TRIES):
        envelopes = [door.callback() for _ in range(6)]
        sent += envelopes
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            with door.servers.mute_database():
                answers = [threads.submit(door.post, envelope) for envelope in envelopes]
                assert not wait(answers, timeout=0.3).done
            assert {answer.result() for answer in answers} == {(200, b"")}
        if time.monotonic() - began < PATIENCE:
            break
        door.servers.wait_until_recorded()  # a machine that is so busy may have put some on the disk
    else:
        pytest.fail(f"None of {TRIES} commits took less time than a callback is patient.")
    assert sorted(door.recorded()) == sorted(identities(door, sent))
    assert door.servers.spooled() == 0
    if door.servers.postgres_url():
        last = f"SELECT xmin FROM wecom_callback WHERE from_user_id = '{door.member}' ORDER BY id DESC LIMIT 6"
        assert door.servers.asks(f"SELECT count(DISTINCT xmin::text) FROM ({last}) AS last")[0][0] <= 3


def test_without_the_database_callbacks_wait_on_the_disk_in_their_order(door):
    envelopes = [door.callback() for _ in range(4)]
    assert door.post(envelopes[0]) == (200, b"")
    assert door.recorded() == identities(door, envelopes[:1])
    with door.servers.mute_database():
        for envelope in envelopes[1:3]:
            began = time.monotonic()
            assert door.post(envelope) == (200, b"")
            assert time.monotonic() - began < IN_TIME
        assert door.servers.spooled() == 2
        assert door.post(door.callback(token="somebodyelse")) == (403, b"")
    assert door.post(envelopes[3]) == (200, b"")
    door.servers.wait_until_recorded()
    assert door.recorded() == identities(door, envelopes)


def test_without_the_database_the_keys_on_the_disk_verify(door):
    key, envelope = door.servers.own_key(), door.callback()
    before = door.callback()
    assert door.post(before) == (200, b"")  # the address without a key is known
    with door.servers.without_applications():
        assert door.post(envelope, path=f"/{'0' * 32}") == (0, b"")  # neither knows whether there is such an address
        door.servers.keep_keys(key)
        assert door.post(door.callback(token="somebodyelse"), path=f"/{key}") == (403, b"")
        assert door.post(envelope, path=f"/{key}") == (200, b"")
    assert door.post(door.callback()) == (200, b"")
    door.servers.wait_until_recorded()
    assert door.recorded()[:2] == identities(door, [before, envelope])


def test_what_neither_database_nor_disk_takes_gets_no_answer(door):
    assert door.post(door.callback()) == (200, b"")
    full = door.servers.spool / "00000000000000000001-full.jsonl.broken"
    full.parent.mkdir(exist_ok=True)
    with door.servers.mute_database():
        with full.open("wb") as file:
            file.truncate(500 * 2**20)
        assert door.post(door.callback()) == (0, b"")
        full.unlink()
        assert door.post(door.callback()) == (200, b"")
    door.servers.wait_until_recorded()
    assert len(door.recorded()) in (2, 3)  # the database was given the second, too


def test_a_worker_is_woken_by_a_callback(door):
    folder = door.servers.folder / "valkey"
    broker = redis.Redis(unix_socket_path=str(valkey.socket_path(folder)))
    broker.flushall()
    assert door.post(door.callback()) == (200, b"")
    wait_for(lambda: any(broker.type(key) == b"list" for key in broker.scan_iter()), "a message to the workers")
