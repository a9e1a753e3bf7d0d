"""Connections to SQLite that threads hand on to each other: as good as new ones."""

import os
import shutil
import sqlite3
import threading
from contextlib import closing

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from core.sqlite.base import KEPT, DatabaseWrapper, close_idle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("table")]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "some.sqlite3"


@pytest.fixture
def wrapper(file):
    """What a thread has of the database: another one each time."""
    settings = {**connection.settings_dict, "NAME": str(file), "OPTIONS": {"transaction_mode": "IMMEDIATE"}}
    return lambda: DatabaseWrapper(settings, "some")


@pytest.fixture
def table(wrapper):
    with closing(wrapper()) as some, some.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("CREATE TABLE words (word text)")
        cursor.executemany("INSERT INTO words VALUES (%s)", [["one"], ["two"], ["three"]])


def raw(some: DatabaseWrapper) -> sqlite3.Connection:
    some.ensure_connection()
    return some.connection  # type: ignore[no-any-return]


def words(some: DatabaseWrapper) -> list[str]:
    with some.cursor() as cursor:
        return [word for (word,) in cursor.execute("SELECT word FROM words").fetchall()]


def test_the_next_thread_gets_the_connection_that_was_closed(wrapper):
    first = wrapper()
    opened = raw(first)
    first.close()
    found = []

    def ask() -> None:
        with closing(wrapper()) as other:
            found.extend([raw(other), words(other)])

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [opened, ["one", "two", "three"]]


def test_two_threads_never_have_the_same_connection(wrapper):
    with closing(wrapper()) as one, closing(wrapper()) as two:
        assert raw(one) is not raw(two)


def test_a_cursor_that_was_not_read_to_its_end_shows_no_past(wrapper):
    first = wrapper()
    cursor = first.cursor()
    cursor.execute("SELECT word FROM words")
    assert cursor.fetchone() == ("one",)
    opened = raw(first)
    first.close()
    with closing(wrapper()) as writer, closing(wrapper()) as reader:
        assert raw(reader) is opened or raw(writer) is opened
        with writer.cursor() as writing:
            writing.execute("INSERT INTO words VALUES ('four')")
        assert words(reader)[-1] == "four"
    with pytest.raises(sqlite3.ProgrammingError):
        cursor.cursor.fetchone()


def test_a_transaction_that_was_left_open_is_not_handed_on(wrapper):
    first = wrapper()
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with first.cursor() as cursor:
        cursor.execute("INSERT INTO words VALUES ('never')")
    opened = raw(first)
    first.close()
    with closing(wrapper()) as other:
        assert raw(other) is not opened
        assert "never" not in words(other)


def test_a_connection_that_met_with_an_error_is_not_handed_on(wrapper):
    first = wrapper()
    with pytest.raises(DatabaseError), first.cursor() as cursor:
        cursor.execute("SELECT nothing FROM words")
    opened = raw(first)
    first.close()
    with closing(wrapper()) as other:
        assert raw(other) is not opened


@pytest.mark.parametrize("is_open", [False, True])
def test_a_file_in_the_place_of_another_is_opened_afresh(wrapper, file, is_open):
    first = wrapper()
    opened = raw(first)
    if not is_open:
        first.close()
    restored = file.with_name("restored")
    with closing(sqlite3.connect(restored)) as copy:
        opened.backup(copy)
        copy.execute("DELETE FROM words")
        copy.commit()
    for rest in ("-wal", "-shm"):  # as a restore does
        file.with_name(f"{file.name}{rest}").unlink(missing_ok=True)
    os.replace(restored, file)
    first.close_if_replaced()
    with closing(first if is_open else wrapper()) as other:
        assert raw(other) is not opened
        assert words(other) == []
        other.close_if_replaced()
        assert other.connection is not None


def test_a_forked_process_opens_its_own(wrapper):
    first = wrapper()
    raw(first)
    first.close()
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        with closing(wrapper()) as other:
            os.write(writes, f"{id(raw(other))} {len(words(other))}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs, count = os.read(reads, 100).decode().split()
    with closing(wrapper()) as other:
        assert theirs != str(id(raw(other)))
    assert count == "3"


def test_no_more_connections_wait_than_are_kept(wrapper):
    many = [wrapper() for _number in range(KEPT + 2)]
    opened = [raw(some) for some in many]
    for some in many:
        some.close()
    shut = 0
    for each in opened:
        try:
            each.execute("SELECT 1")
        except sqlite3.ProgrammingError:
            shut += 1
    assert shut == 2


def test_what_waits_can_be_closed_before_the_file_is_written_over(wrapper, file):
    first = wrapper()
    opened = raw(first)
    first.close()
    close_idle()
    assert not file.with_name(f"{file.name}-wal").exists()
    with pytest.raises(sqlite3.ProgrammingError):
        opened.execute("SELECT 1")
    with closing(wrapper()) as other:
        assert words(other) == ["one", "two", "three"]


def test_a_database_whose_file_is_gone_is_made_again(wrapper, file):
    first = wrapper()
    raw(first)
    first.close()
    shutil.move(file, file.with_name("away"))
    with closing(wrapper()) as other, pytest.raises(DatabaseError):
        words(other)
