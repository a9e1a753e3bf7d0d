"""Killed workers, a flushed broker, an unsure platform, too many beats: nothing is lost or doubled."""

import subprocess
from contextlib import ExitStack
from typing import Any

import pytest

from tests.chaos.broker_faults import broker, full, mute, refused
from tests.chaos.crash_points.test_crash_points import settled
from tests.support.emulator import Person, wait_for
from tests.support.paths import ROOT
from tests.support.stack import COMMANDS

# On PostgreSQL parts die in test_crash_points, test_sends, test_errands and test_directory.
pytestmark = [pytest.mark.slow, pytest.mark.chaos]


def test_a_render_worker_killed_in_the_middle_delivers_one_video(stack, person):
    person.writes("/video 这一段话比较长，做到一半的时候工人被杀掉了，可是你还是会收到一个视频，而且只有一个。")
    person.reads_text()
    pid = stack.parts["render"].pid
    wait_for(lambda: children_of(pid), "the studio to work")
    stack.restart("render")
    (video,) = person.reads(seconds=150)
    assert video["msgtype"] == "video"
    assert [entry["msgtype"] for entry in person.received()] == ["template_card", "video"]


def test_a_flushed_broker_loses_nothing(stack, person):
    stack.kill("worker")
    for question in ("怎么请假", "什么时候发工资", "谢谢"):
        person.writes(question)
    broker(stack).flushall()
    stack.run("worker")
    person.reads(3, seconds=60)
    texts = person.texts()
    assert ["审批" in texts[0], "10 日" in texts[1], "不客气" in texts[2]] == [True] * 3
    assert len(texts) == 3


@pytest.mark.parametrize("trouble", [refused, mute, full])
def test_a_callback_is_acknowledged_while_the_broker_is_away(stack, person, trouble):
    """The platform gives up after five seconds, and a second is what we allow ourselves."""
    with trouble(stack):
        for question in ("怎么请假", "什么时候发工资"):
            person.writes(question)
        wait_for(lambda: len(attempts(person)) >= 2, "both callbacks to be answered")
    assert [(one["number"], one["status"], one["ms"] < 1000) for one in attempts(person)] == [(1, 200, True)] * 2
    person.reads(2, seconds=90)
    texts = person.texts()
    assert ["审批" in texts[0], "10 日" in texts[1], len(texts)] == [True, True, 2]


def test_a_worker_outlives_a_broker_that_is_full(stack, person):
    """The message that it takes then cannot be noted as taken; kombu fails with an error of its channel."""
    with ExitStack() as trouble:
        before = len(stack.log("worker"))
        with stack.paused("worker"):
            person.writes("怎么请假")
            wait_for(lambda: attempts(person), "the callback to be answered")
            trouble.enter_context(full(stack))
        wait_for(lambda: "Trying to re-establish" in stack.log("worker")[before:], "the broker to refuse the worker")
    assert "审批" in person.reads_text(seconds=90)


def attempts(person: Person) -> list[dict[str, Any]]:
    """How each callback of a member was delivered."""
    found = person.emulator.api("GET", "callbacks", params={"member": person.user_id})["callbacks"]
    return [attempt for callback in found for attempt in callback["attempts"]]


def test_four_copies_of_a_callback_at_once_are_answered_once(stack, person):
    person.writes("怎么请假", copies=4)
    assert ["审批" in text for text in settled(person, 1)] == [True, False]


def test_an_expired_token_in_the_middle_costs_nobody_a_message(stack, person):
    person.writes("怎么请假")
    person.reads()
    stack.emulator.api("DELETE", "tokens", json={"expired": True})
    person.writes("什么时候发工资")
    assert "10 日" in person.reads_text()


@pytest.mark.parametrize("fault", ["reset-after", "late", "bad-gateway"])
def test_an_answer_that_never_came_back_is_not_doubled(stack, person, fault):
    stack.emulator.fault(fault, member=person.user_id, **({"seconds": 4} if fault == "late" else {}))
    person.writes("怎么请假")
    assert ["审批" in text for text in settled(person, 1)] == [True, False]


def test_two_beats_do_nothing_twice(stack, person):
    with (stack.folder / "beat2.log").open("ab") as log:
        second = stack.owner.start(COMMANDS["beat"], env=stack.env, cwd=ROOT, output=log)
    try:
        person.writes("/video 两个节拍器。")
        texts = settled(person, 2)
    finally:
        stack.owner.end([second], grace=5.0)
    assert [text == "video" for text in texts] == [False, True, False]


def test_a_worker_killed_again_and_again_answers_everything_once_and_in_order(stack, person):
    for number in range(12):
        person.writes(f"/video{number}x")
        if number % 4 == 3:
            stack.restart("worker")
    person.writes("谢谢")
    person.hears("不客气", seconds=90)
    assert len(person.texts()) == 13


def test_nothing_outlives_the_render_worker(stack, person):
    person.writes("/video " + "说很久的一段话。" * 20)
    person.reads_text()
    pid = stack.parts["render"].pid
    wait_for(lambda: children_of(pid), "the studio to work", seconds=60)
    family = children_of(pid)
    stack.kill("render")
    wait_for(lambda: not any(alive(child) for child in family), "the studio to end")
    stack.run("render")
    person.writes("/cancel")


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in found]


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
