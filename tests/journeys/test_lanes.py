"""Bulk has a process of its own: what happens to it keeps no member waiting, and loses nothing."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.emulator import Emulator, Person, wait_for
from tests.support.stack import SMALL_ENGINES, Stack, StackOfLanes

pytestmark = pytest.mark.slow
SLOW = 15.0  # seconds of a call, in which the process that makes it can be stopped or killed
SEND = """
from wecom import services
from wecom.contents import Text
from wecom.models import Outbound
application = services.current_application()
for name in {names!r}:
    services.enqueue_message(application, Text(content="通知"), to=[name], priority=Outbound.BULK)
"""
CALLS = (
    "SELECT 1 FROM wecom_attempt attempt JOIN wecom_outbound outbound ON outbound.id = attempt.outbound_id "
    "WHERE outbound.priority < 0 AND attempt.ended_at IS NULL"
)
TAKES = "SELECT 1 FROM core_workerprocess WHERE queues LIKE '%bulk.messages%'"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = StackOfLanes(settings.RUN_FOLDER, settings=SMALL_ENGINES)
    stack.env["WECHAT_READ_TIMEOUT"] = str(2 * SLOW)
    try:
        stack.start()
        wait_for(lambda: stack.asks(TAKES), "the worker of bulk")
        yield stack
    finally:
        stack.close()


def begin_bulk(stack: Stack, emulator: Emulator, count: int) -> list[Person]:
    """Members who get a bulk message each, of which the first call has begun and takes its time."""
    people = [emulator.hire() for _ in range(count)]
    emulator.fault("slow", member=people[0].user_id, seconds=SLOW)
    stack.manage("shell", "-c", SEND.format(names=[person.user_id for person in people]))
    wait_for(lambda: stack.asks(CALLS), "the first call of bulk")
    return people


def is_stopped(pid: int) -> bool:
    """Whether the system gives a process no time, because it was stopped by a signal."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"


def stands_without_lock(stack: Stack) -> bool:
    """Stop bulk where it does not hold SQLite's lock, for which everybody would wait; it goes on if it does."""
    os.kill(stack.parts["bulk"].pid, signal.SIGSTOP)
    try:
        with closing(sqlite3.connect(stack.database, timeout=2, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        return True
    except sqlite3.OperationalError:
        os.kill(stack.parts["bulk"].pid, signal.SIGCONT)
        return False


def test_a_member_is_answered_while_bulk_stands_still_in_the_middle(stack, emulator, known):
    (person,) = begin_bulk(stack, emulator, 1)
    wait_for(lambda: stands_without_lock(stack), "a moment outside of transactions")
    try:
        known.writes("怎么请假")
        assert known.reads_text()
        assert is_stopped(stack.parts["bulk"].pid)
    finally:
        os.kill(stack.parts["bulk"].pid, signal.SIGCONT)
    assert person.reads_text(seconds=90) == "通知"


def test_a_killed_bulk_process_loses_and_doubles_nothing(stack, emulator):
    crowd = begin_bulk(stack, emulator, 5)
    stack.restart("bulk")
    wait_for(lambda: all(person.texts() for person in crowd), "all to have their message", seconds=90)
    wait_for(lambda: not stack.has_work(), "the rest to end", seconds=90)
    assert [person.texts() for person in crowd] == [["通知"]] * len(crowd)


def test_the_process_that_answers_leaves_bulk_alone(stack, emulator, known):
    stack.kill("bulk")
    person = emulator.hire()
    stack.manage("shell", "-c", SEND.format(names=[person.user_id]))
    known.writes("怎么请假")
    assert known.reads_text()
    assert stack.asks("SELECT status, attempts FROM wecom_outbound WHERE priority < 0 ORDER BY id DESC LIMIT 1") == [
        ("queued", 0)
    ]
    stack.run("bulk")
    assert person.reads_text(seconds=90) == "通知"
