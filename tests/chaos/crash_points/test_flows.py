"""A flow's processes die between two answers, and inside a step."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest

from tests.chaos import broker_faults
from tests.chaos.crash_points.test_crash_points import die
from tests.journeys.test_flows import LABELS_ZH, labels, reads_card, shows
from tests.support.emulator import Person, wait_for, words_of
from tests.support.stack import Stack

# On PostgreSQL parts die in test_crash_points, test_sends, test_errands and test_directory.
pytestmark = pytest.mark.slow
PARTS = ("web", "worker", "render", "beat", "broker")
OF_THE_SUITE = ("worker", "broker")  # web and render die in test_crash_points, too
# What the person gets on the way through the guide's example 4, and after a word of thanks. A card follows the video;
# one that is made already is promised in words.
PROMISES = ("template_card", "text")
WHOLE = [["text", "template_card", promise, "text", "video", "text"] for promise in PROMISES]
SLOW = 150


def killed(stack: Stack, *parts: str) -> None:
    """Kill these at once, start them again, and return when the installation answers."""
    with broker_faults.killed(stack) if "broker" in parts else nullcontext():
        for part in parts:
            if part != "broker":
                stack.kill(part)
    for part in parts:
        if part != "broker":
            stack.run(part)
    wait_for(stack.is_up, "the web process")


def make_a_video(person: Person, words: str, between: Callable[[], None]) -> None:
    """The guide's example 4 in Chinese, with something between any two acts."""
    person.writes("制作视频")
    assert "视频里要说的话" in person.reads_text(seconds=SLOW)
    between()
    person.writes(words)
    card = reads_card(person, seconds=SLOW)
    assert labels(card) == LABELS_ZH
    between()
    person.presses("lipsync")
    assert words in person.reads_text(seconds=SLOW)
    assert "随时回复“制作视频”" in person.reads_text(seconds=SLOW)
    between()
    (video,) = person.reads(seconds=SLOW)
    assert video["content"]["title"].endswith(words)
    wait_for(lambda: shows(person, card, "已选：基础"), "the card to show the choice")


def got_all_of_it_once(person: Person) -> bool:
    """Whether nothing was lost or doubled, once what would come later is there too."""
    person.writes("谢谢")
    person.hears("不客气")
    return [entry["msgtype"] for entry in person.received()] in WHOLE


def test_everything_dies_between_any_two_answers_and_nobody_notices(stack, person):
    make_a_video(person, "全都死过。", lambda: killed(stack, *PARTS))
    assert got_all_of_it_once(person)


@pytest.mark.chaos
@pytest.mark.parametrize(
    "part", [part if part in OF_THE_SUITE else pytest.param(part, marks=pytest.mark.thorough) for part in PARTS]
)
def test_each_process_may_die_between_any_two_answers(stack, person, part):
    make_a_video(person, f"{part} 死过。", lambda: killed(stack, part))
    assert got_all_of_it_once(person)


@pytest.mark.chaos
@pytest.mark.parametrize(
    "point",
    [
        pytest.param("callback.claimed", marks=pytest.mark.thorough),
        "callback.handling",
        pytest.param("callback.settled", marks=pytest.mark.thorough),
        "outbound.called",
    ],
)
def test_a_worker_that_dies_while_an_answer_is_taken_takes_it_once(stack, person, point):
    person.writes("制作视频")
    person.reads_text()
    stack.doom("worker", point)
    person.writes("死在半路。")
    die(stack, "worker")
    assert labels(reads_card(person, seconds=SLOW)) == LABELS_ZH
    person.writes("1")
    person.reads(3, seconds=SLOW)
    assert got_all_of_it_once(person)


@pytest.mark.chaos
@pytest.mark.parametrize("point", ["callback.handling", pytest.param("callback.settled", marks=pytest.mark.thorough)])
def test_a_worker_that_dies_while_a_tap_is_taken_takes_it_once(stack, person, point):
    person.writes("制作视频")
    person.reads_text()
    person.writes(f"死在点按时：{point}。")
    card = reads_card(person)
    stack.doom("worker", point)
    person.presses("lipsync")
    die(stack, "worker")
    person.reads(3, seconds=SLOW)
    wait_for(lambda: shows(person, card, "已选：基础"), "the card to show the choice")
    assert got_all_of_it_once(person)


def test_answers_that_wait_for_a_worker_are_taken_in_order(stack, person):
    stack.kill("worker")
    for words in ("制作视频", "一口气说完。", "2"):
        person.writes(words, wait=10)
    stack.run("worker")
    person.reads(5, seconds=SLOW)
    assert got_all_of_it_once(person)
    assert "一口气说完。" in words_of(person.received()[2])


def test_answers_in_quick_succession_are_taken_in_order(person):
    for words in ("制作视频", "一口气说完。", "2"):
        person.writes(words, wait=10)
    person.reads(5, seconds=SLOW)
    assert got_all_of_it_once(person)


def test_a_button_that_is_pressed_twice_is_taken_once(stack, person):
    person.writes("制作视频")
    person.reads_text()
    person.writes("手抖了。")
    reads_card(person)
    stack.kill("worker")
    person.presses("lipsync", copies=2)
    person.presses("lipsync")
    person.presses("enhanced_lipsync")
    stack.run("worker")
    person.reads(3, seconds=SLOW)
    assert got_all_of_it_once(person)
