"""What is acknowledged without the database is on the disk, and what the disk does not take is not acknowledged."""

import asyncio
import errno
import os
import resource
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from openuser import asgi
from tests.support.emulator import wait_for
from tests.wecom.callbacks.test_inbox_rows import opened
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom import middleware
from wecom.callbacks import inbox_rows
from wecom.callbacks.database_thread import DatabaseThread
from wecom.callbacks.group_commit import GroupCommit
from wecom.callbacks.spool.folder import count, takes_callbacks
from wecom.callbacks.spool.spool import Spool
from wecom.callbacks.spool.spool_files import files
from wecom.exceptions import NotRecorded
from wecom.models import Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


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
        while files(folder):
            await asyncio.sleep(0.02)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """As on a disk that has room for so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def synced(monkeypatch) -> list[tuple[Path, int | None]]:
    """What was synced: each path, with its size if it is a file."""
    calls: list[tuple[Path, int | None]] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        sync(descriptor)
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        calls.append((path, None if path.is_dir() else path.stat().st_size))

    monkeypatch.setattr(os, "fsync", note)
    return calls


def accept(rows: list[inbox_rows.Values]) -> list[None]:
    return [None] * len(rows)


def identities(held: Spool) -> list[str]:
    """What a replay records of the spool, in its order."""
    replayed: list[inbox_rows.Values] = []

    def insert(rows: list[inbox_rows.Values]) -> list[None]:
        replayed.extend(rows)
        return accept(rows)

    held.replay(insert)
    return [row["identity"] for row in replayed]


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
        (file,) = files(folder)
        assert "条" not in file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600
        assert count(folder) == 2
        answers()
        await commits.record(rows[2])
        await emptied(folder)

    with mute_database() as answers:
        asyncio.run(record(answers))
    assert max(took) < 1
    stored = Callback.objects.order_by("pk")
    assert [(row.identity, row.created_at) for row in stored] == [(row["identity"], row["created_at"]) for row in rows]
    assert ["条" in row.body for row in stored] == [True] * 3


def test_the_view_keeps_a_callback_while_the_database_is_away(client, application, folder):
    known, kept = (Envelope(application, text_xml(application, msg_id=number)) for number in (1, 2))
    assert known.post(client).status_code == 200
    with mute_database() as answers:
        began = time.monotonic()
        answer = kept.post(client)
        took = time.monotonic() - began
        assert (answer.status_code, answer.content, count(folder)) == (200, b"", 1)
        answers()
        wait_for(lambda: not files(folder), "the spool to be recorded")
    assert took < 1
    assert Callback.objects.count() == 2


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
    size = files(folder)[0].stat().st_size
    with largest_file(size + 100), pytest.raises(OSError, match="too large"):
        held.append(values(application, 2))
    held.append(values(application, 3))
    assert identities(held) == [row["identity"] for row in values(application, 1, 3)]
    assert not files(folder)


def test_what_is_acknowledged_is_on_the_disk_with_its_name(application, folder, synced):
    held = Spool(folder)
    held.append(values(application, 1))
    (file,) = files(folder)
    assert synced == [(folder.parent, None), (folder, None), (file, file.stat().st_size)]
    held.append(values(application, 2, 3))
    assert synced[3:] == [(file, file.stat().st_size)]


def test_what_a_failing_disk_did_not_take_is_not_acknowledged(application, folder, monkeypatch):
    sync = os.fsync

    def fail(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "Input/output error")
        sync(descriptor)

    with mute_database(), monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(NotRecorded):
            asyncio.run(GroupCommit(DatabaseThread()).record(opened(application, 1)))
        assert count(folder) == 0
    wait_for(Callback.objects.exists, "the row that came too late")


def test_rows_behind_half_of_a_line_get_a_new_file(application, folder, monkeypatch):
    held = Spool(folder)
    held.append(values(application, 1))

    def refuse(descriptor: int, size: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch, largest_file(files(folder)[0].stat().st_size + 100):
        patch.setattr(os, "ftruncate", refuse)
        with pytest.raises(OSError, match="too large"):
            held.append(values(application, 2))
    held.append(values(application, 3))
    assert identities(held) == [row["identity"] for row in values(application, 1, 3)]


def test_nobody_else_may_read_the_spool(application, folder):
    before = os.umask(0)
    try:
        held = Spool(folder)
        held.append(values(application, 1))
        modes = {path.stat().st_mode & 0o777 for path in files(folder)}
        with files(folder)[0].open("ab") as file:
            file.write(b"broken")
        held.replay(accept)
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    (aside,) = folder.glob("*.broken")
    assert modes | {aside.stat().st_mode & 0o777} == {0o600}


def test_the_spool_takes_five_hundred_megabytes(settings):
    assert settings.WECOM["SPOOL_MAX"] == 524_288_000


def test_a_full_spool_refuses_and_keeps_what_it_has(application, folder, settings):
    size = 3 * len(str(values(application, 1)[0])) // 2
    settings.WECOM = {**settings.WECOM, "SPOOL_MAX": size + 65_536}
    assert takes_callbacks()
    held = Spool(folder)
    held.append(values(application, 1))
    settings.WECOM = {**settings.WECOM, "SPOOL_MAX": size}
    with pytest.raises(OSError, match="OPENUSER_SPOOL_MAX_MB"):
        Spool(folder).append(values(application, 2))  # the limit is one for all processes
    assert not takes_callbacks()
    with mute_database(), pytest.raises(NotRecorded):
        asyncio.run(GroupCommit(DatabaseThread()).record(opened(application, 3)))
    wait_for(Callback.objects.exists, "the row that waited, which the database was given, too")
    asyncio.run(GroupCommit(DatabaseThread()).record(opened(application, 4)))
    found = Callback.objects.order_by("pk").values_list("identity", flat=True)
    assert list(found) == [row["identity"] for row in values(application, 1, 4)]
    held.append(values(application, 5))


def test_a_column_that_an_older_version_lacked_has_its_default(application):
    (row,) = values(application, 1)
    older = {name: value for name, value in row.items() if name != "suspect"}
    assert inbox_rows.values_in(older) == row
