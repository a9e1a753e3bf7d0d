"""Bulk has a process of its own: what happens to it keeps no member waiting, and loses nothing."""

import os
import signal
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.support.emulator import Emulator, Person, wait_for
from tests.support.stack import SMALL_ENGINES, Stack, StackOfLanes

pytestmark = pytest.mark.slow
SLOW = 8.0  # seconds of a call, in which the process that makes it can be stopped or killed
SEND = """
from wecom import services
from wecom.contents import Text
from wecom.models import Outbound
application = services.current_application()
for name in {names!r}:
    services.enqueue_message(application, Text(content="通知"), to=[name], priority=Outbound.BULK)
"""
TAKES = "SELECT pid FROM core_workerprocess WHERE queues LIKE '%{lane}%'"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with StackOfLanes.running(settings.RUN_FOLDER, settings=SMALL_ENGINES) as stack:
        wait_for(lambda: stack.asks(TAKES.format(lane="bulk.messages")), "the worker of bulk")
        yield stack


@pytest.fixture
def crowd(stack: Stack, emulator: Emulator) -> list[Person]:
    """Members who get a bulk message each, of which the first call has begun and takes its time."""
    people = [emulator.hire() for _ in range(5)]
    emulator.fault("slow", member=people[0].user_id, seconds=SLOW)
    before = emulator.calls("message/send")
    stack.manage("shell", "-c", SEND.format(names=[person.user_id for person in people]))
    wait_for(lambda: emulator.calls("message/send") > before, "the first call of bulk")
    return people


def test_a_member_is_answered_while_bulk_stands_still_in_the_middle(stack, crowd, known):
    os.kill(stack.parts["bulk"].pid, signal.SIGSTOP)
    try:
        known.writes("怎么请假")
        assert known.reads_text(seconds=20)
        assert stack.asks("SELECT 1 FROM wecom_outbound WHERE priority < 0 AND status IN ('queued', 'running')")
    finally:
        os.kill(stack.parts["bulk"].pid, signal.SIGCONT)
    wait_for(lambda: all(person.texts() == ["通知"] for person in crowd), "all to have their message", seconds=90)


def test_a_killed_bulk_process_loses_and_doubles_nothing(stack, crowd):
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
