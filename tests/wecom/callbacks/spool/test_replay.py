"""What the spool has taken is recorded in the order of arrival, once, whatever became of its process and its file."""

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from tests.wecom.callbacks.spool.test_spool import accept, emptied, identities, values
from tests.wecom.callbacks.test_inbox_rows import opened
from wecom.callbacks import inbox_rows
from wecom.callbacks.database_thread import DatabaseThread
from wecom.callbacks.group_commit import GroupCommit
from wecom.callbacks.spool import spool as spool_module
from wecom.callbacks.spool.folder import count, delete_set_aside, waiting
from wecom.callbacks.spool.spool import Spool
from wecom.callbacks.spool.spool_files import files
from wecom.models import Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def record(*rows: inbox_rows.Values) -> list[int | None]:
    """What a web process answers to callbacks that come after each other."""

    async def take() -> list[int | None]:
        commits = GroupCommit(DatabaseThread())
        return [await commits.record(row) for row in rows]

    return asyncio.run(take())


def recorded() -> list[str]:
    return list(Callback.objects.order_by("pk").values_list("identity", flat=True))


def named(rows: list[inbox_rows.Values]) -> list[str]:
    return [row["identity"] for row in rows]


def line(row: inbox_rows.Values) -> bytes:
    return json.dumps(row, default=str).encode() + b"\n"


def left_by_another(folder: Path, *lines: bytes, name: str = "00000000000000000001-dead.jsonl") -> Path:
    """The file of a process that died."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"".join(lines))
    return folder / name


def changed(**columns: object) -> Callable[[inbox_rows.Values], bytes]:
    return lambda row: line({**row, **columns})


BROKEN: dict[str, Callable[[inbox_rows.Values], bytes]] = {
    "half": lambda row: line(row)[:60] + b"\n",
    "words": lambda _row: b"no JSON\n",
    "empty": lambda _row: b"\n",
    "zeros": lambda _row: bytes(300) + b"\n",  # what a machine that lost its power may leave
    "no UTF-8": lambda _row: b'{"identity": "\xff\xfe"}\n',
    "a list": lambda _row: b"[]\n",
    "a number": lambda _row: b"5\n",
    "an empty row": lambda _row: b"{}\n",
    "too deep": lambda _row: b"[" * 200_000 + b"\n",
    "nobody's": lambda row: line({name: value for name, value in row.items() if name != "application_id"}),
    "no identity": changed(identity=None),
    "no application": changed(application_id=None),
    "no moment": changed(created_at=None),
    "another moment": changed(created_at=5),
    "a word for a number": changed(application_id="one"),
    "a number too large": changed(application_id=10**30),
    "an unknown application": changed(application_id=2**31 - 2),
}


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_a_broken_line_is_set_aside_and_costs_no_other(application, folder, caplog, kind):
    rows = values(application, 1, 2, 3)
    broken = BROKEN[kind](values(application, 9)[0])
    left_by_another(folder, line(rows[0]), broken, line(rows[1]))
    assert len(record(rows[2])) == 1
    assert recorded() == named(rows)
    assert not files(folder)
    (aside,) = folder.glob("*.broken")
    assert aside.read_bytes() == broken
    assert waiting(timezone.now()).set_aside == 1
    assert [entry.levelname for entry in caplog.records if "set aside" in entry.message] == ["ERROR"]


def test_half_a_line_at_the_end_is_set_aside(application, folder):
    first, second = values(application, 1, 2)
    left_by_another(folder, line(first), line(second)[:-30])
    record(*values(application, 3))
    assert recorded() == named(values(application, 1, 3))
    assert next(folder.glob("*.broken")).read_bytes() == line(second)[:-30] + b"\n"


def test_a_line_without_its_end_is_recorded_if_it_is_whole(application, folder):
    left_by_another(folder, line(values(application, 1)[0]).strip())
    record(*values(application, 2))
    assert recorded() == named(values(application, 1, 2))


def test_lines_of_other_versions_are_recorded(application, folder):
    rows = values(application, 1, 2)
    older = {name: value for name, value in rows[0].items() if name != "suspect"}
    left_by_another(folder, line(older), line({**rows[1], "column_of_tomorrow": {"a": 1}}))
    record(*values(application, 3))
    assert recorded() == named(values(application, 1, 2, 3))
    assert not list(folder.glob("*.broken"))


def test_what_was_set_aside_goes_with_callbacks_of_its_age(application, folder):
    for name in ("00000000000000000001-old.jsonl", f"{10**9 * int(timezone.now().timestamp()):020}-new.jsonl"):
        left_by_another(folder, b"broken\n", name=name)
    record(*values(application, 1))
    assert len(list(folder.glob("*.broken"))) == 2
    delete_set_aside(timezone.now())
    assert [path.name.split("-")[1] for path in folder.glob("*.broken")] == ["new.jsonl.broken"]
    delete_set_aside(timezone.now() + timedelta(days=29))
    assert len(list(folder.glob("*.broken"))) == 1
    delete_set_aside(timezone.now() + timedelta(days=31))
    assert not list(folder.glob("*.broken"))


def test_a_file_of_any_name_is_recorded(application, folder):
    left_by_another(folder, line(values(application, 1)[0]), name="restored.jsonl")
    assert waiting(timezone.now()).count == 1
    record(*values(application, 2))
    assert recorded() == named(values(application, 1, 2))


@pytest.mark.parametrize("name", ["1-a.jsonl", "00000000000000000001-dead.jsonl.broken"])
def test_what_the_disk_does_not_do_stops_no_callback(application, folder, name):
    left_by_another(folder, line(values(application, 1)[0]), b"broken\n")
    (folder / name).mkdir()  # can be neither read nor written
    record(*values(application, 2))
    assert recorded() == named(values(application, 1, 2))
    assert b"broken\n" in b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_a_replay_that_fails_midway_is_made_again_and_doubles_nothing(application, folder):
    rows = values(application, *range(300))
    held = Spool(folder)
    held.append(rows)
    groups: list[int] = []

    def insert(some: list[inbox_rows.Values]) -> list[int | None]:
        groups.append(len(some))
        if len(groups) == 2:
            raise OperationalError("gone")
        return inbox_rows.insert(connection, some)

    with pytest.raises(OperationalError):
        held.replay(insert)
    assert (groups, len(recorded()), count(folder), held.is_waiting()) == ([256, 44], 256, 300, True)
    record(opened(application, 300))
    assert recorded() == named([*rows, opened(application, 300)])
    assert not held.is_waiting()


def test_what_came_first_is_recorded_first_whoever_took_it(application, folder):
    rows = values(application, 1, 2, 3, 4, 5)
    began = timezone.now() - timedelta(minutes=1)
    for number, row in enumerate(rows):
        row["created_at"] = began + timedelta(seconds=number)
    own, other = Spool(folder), Spool(folder)  # each is that of a living process
    own.append(rows[1:2])
    other.append(rows[0:1])
    own.append(rows[2:3])
    other.append(rows[3:4])
    record(rows[4])
    assert recorded() == named(rows)
    assert not files(folder)
    other.append(values(application, 6))  # its file was replayed by another process
    assert identities(own) == named(values(application, 6))


@contextmanager
def replaying(spool: Spool) -> Iterator[list[inbox_rows.Values]]:
    """Another process is about to insert what the spool holds while the block runs."""
    began, over = threading.Event(), threading.Event()
    taken: list[inbox_rows.Values] = []

    def insert(rows: list[inbox_rows.Values]) -> list[None]:
        began.set()
        over.wait(60)
        taken.extend(rows)
        return accept(rows)

    thread = threading.Thread(target=lambda: spool.replay(insert))
    thread.start()
    assert began.wait(30)
    try:
        yield taken
    finally:
        over.set()
        thread.join()


def test_of_two_that_replay_at_once_the_second_waits(application, folder):
    held, other = Spool(folder), Spool(folder)
    held.append(values(application, 1))
    seen: list[tuple[int, list[str]]] = []
    with replaying(held) as taken:
        second = threading.Thread(target=lambda: seen.append((len(identities(other)), named(taken))))
        second.start()
        second.join(0.3)
        assert second.is_alive()
    second.join(30)
    assert seen == [(0, named(values(application, 1)))]
    assert not files(folder)


def test_one_that_is_stopped_while_it_replays_is_passed(application, folder, monkeypatch):
    monkeypatch.setattr(spool_module, "TURN", 0.1)
    held = Spool(folder)
    held.append(values(application, 1))
    with replaying(held) as taken:
        left_by_another(folder, line(values(application, 2)[0]))
        assert identities(Spool(folder)) == named(values(application, 2))
        assert len(files(folder)) == 1
    assert named(taken) == named(values(application, 1))
    assert not files(folder)


def test_what_comes_while_its_file_is_replayed_is_not_lost(application, folder):
    held = Spool(folder)
    held.append(values(application, 1))
    with replaying(held):
        held.append(values(application, 2))
        assert count(folder) == 2
    assert held.is_waiting()
    assert identities(held) == named(values(application, 2))


def test_a_line_that_is_being_written_is_left_to_its_process(application, folder):
    writer, other = Spool(folder), Spool(folder)
    writer.append(values(application, 1))
    descriptor = writer._own_file()
    assert identities(other) == []
    os.write(descriptor, b'{"identity": "ab')
    os.close(descriptor)  # as the system does when a process dies
    assert identities(other) == named(values(application, 1))
    assert not files(folder)


def test_before_a_migration_callbacks_wait_in_the_spool(application, folder):
    rows = values(application, 1, 2)

    async def take() -> None:
        commits = GroupCommit(DatabaseThread())
        assert await commits.record(rows[0]) is None
        assert count(folder) == 1
        await asyncio.to_thread(rename, "callback_of_yesterday", "wecom_callback")
        await commits.record(rows[1])
        await emptied(folder)

    rename("wecom_callback", "callback_of_yesterday")
    try:
        asyncio.run(take())
    finally:
        if "wecom_callback" not in connection.introspection.table_names():
            rename("callback_of_yesterday", "wecom_callback")
    assert sorted(recorded()) == sorted(named(rows))


def rename(table: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {name}")
    connections.close_all()
