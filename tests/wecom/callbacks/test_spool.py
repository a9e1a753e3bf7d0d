"""What the spool has taken is recorded once the database is back, whatever becomes of its process."""

import asyncio
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from openuser import asgi
from tests.support import factories
from tests.support.emulator import wait_for
from tests.wecom.callbacks.test_inbox_rows import opened
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom import middleware
from wecom.callbacks import inbox_rows, spool
from wecom.callbacks.database_thread import DatabaseThread
from wecom.callbacks.group_commit import GroupCommit
from wecom.callbacks.spool import Spool
from wecom.exceptions import NotRecorded
from wecom.models import Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "spool")}
    return tmp_path / "spool"


@contextmanager
def mute_database() -> Iterator[Callable[[], None]]:
    """The database takes requests and answers none, until the function is called or the block ends."""
    mute, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # SQLite is locked by the transaction itself
                cursor.execute("LOCK TABLE wecom_callback")
            mute.set()
            over.wait(60)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert mute.wait(30)
    try:
        yield over.set
    finally:
        over.set()
        thread.join()


async def emptied(folder: Path) -> None:
    async with asyncio.timeout(30):
        while spool.files(folder):
            await asyncio.sleep(0.02)


def values(application, *numbers: int) -> list[inbox_rows.Values]:
    return [opened(application, number) for number in numbers]


def test_callbacks_are_acknowledged_without_the_database_and_recorded_later(application, folder):
    rows = [opened(application, number) for number in range(3)]
    took: list[float] = []

    async def record(answers: Callable[[], None]) -> None:
        commits = GroupCommit(DatabaseThread())
        for row in rows[:2]:
            began = time.monotonic()
            assert await commits.record(row) is None
            took.append(time.monotonic() - began)
        (file,) = spool.files(folder)
        assert "条" not in file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600
        assert spool.count(folder) == 2
        answers()
        await commits.record(rows[2])
        await emptied(folder)

    with mute_database() as answers:
        asyncio.run(record(answers))
    assert max(took) < 1
    stored = Callback.objects.order_by("pk")
    assert [(row.identity, row.created_at) for row in stored] == [(row["identity"], row["created_at"]) for row in rows]
    assert ["条" in row.body for row in stored] == [True] * 3


def test_a_callback_that_nothing_takes_is_left_without_an_answer(application, folder, monkeypatch):
    folder.write_text("no folder")  # as good as a full disk
    envelope = Envelope(application, text_xml(application))
    events = iter([{"type": "http.request", "body": envelope.body.encode()}, {"type": "http.disconnect"}])
    said: list[object] = []

    async def receive() -> dict[str, object]:
        return next(events)

    async def send(event: object) -> None:
        said.append(event)

    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": envelope.query.encode()}
    scope |= {"headers": [(b"host", b"testserver")], "scheme": "http", "root_path": ""}
    monkeypatch.setattr(asgi, "application", middleware.ByASGI(None))
    with mute_database():
        asyncio.run(asgi.application(scope, receive, send))
    assert said == []
    assert next(events, None) is None
    # What the database was given is still in it, and must not meet the cleanup of this test.
    wait_for(Callback.objects.exists, "the row that came too late")


def test_a_full_disk_leaves_no_half_of_a_row(application, folder):
    held = Spool(folder)
    held.append(values(application, 1))
    size = spool.files(folder)[0].stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            held.append(values(application, 2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    held.append(values(application, 3))
    replayed: list[inbox_rows.Values] = []
    held.replay(replayed.extend)
    assert [len(row) for row in replayed] == [len(values(application, 1)[0])] * 2
    assert not spool.files(folder)


def test_what_a_failed_replay_has_not_recorded_stays(application, folder):
    held = Spool(folder)
    held.append(values(application, 1, 2))

    def fail(rows: list[inbox_rows.Values]) -> None:
        raise NotRecorded("away")

    with pytest.raises(NotRecorded):
        held.replay(fail)
    held.append(values(application, 3))
    replayed: list[inbox_rows.Values] = []
    held.replay(replayed.extend)
    assert [row["identity"] for row in replayed] == [row["identity"] for row in values(application, 1, 2, 3)]


def test_the_file_of_a_live_process_is_left_to_it(application, folder):
    writer = Spool(folder)
    writer.append(values(application, 1))
    replayed: list[inbox_rows.Values] = []
    other = Spool(folder)
    other.replay(replayed.extend)
    assert not replayed
    os.close(writer._descriptor)  # as the system does when a process dies
    with spool.files(folder)[0].open("a") as file:
        file.write('{"identity": "ab')  # it died while it wrote: never acknowledged
    other.replay(replayed.extend)
    assert [row["identity"] for row in replayed] == [row["identity"] for row in values(application, 1)]
    assert not spool.files(folder)


def test_a_column_that_an_older_version_lacked_has_its_default(application):
    (row,) = values(application, 1)
    older = {name: value for name, value in row.items() if name != "suspect"}
    assert inbox_rows.values_in(older) == row
