"""A process dies at every step of the path; after a restart the member has exactly one of everything."""

import pytest

from tests.support.emulator import Person, wait_for
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.chaos]
# Where a row changes hands while the other side has acted already: these are tried on PostgreSQL too.
HANDS = {"callback.handling", "outbound.called", "render.filmed", "upload.called"}
TEXT_POINTS = [
    ("web", "webhook.recording"),
    ("web", "webhook.recorded"),
    ("worker", "callback.claimed"),
    ("worker", "callback.handling"),
    ("worker", "callback.settled"),
    ("worker", "outbound.claimed"),
    ("worker", "outbound.attempting"),
    ("worker", "outbound.called"),
    ("worker", "outbound.settled"),
]
VIDEO_POINTS = [
    ("render", "render.claimed"),
    ("render", "render.filmed"),
    ("render", "message.releasing"),
    ("render", "render.settled"),
    ("worker", "upload.claimed"),
    ("worker", "upload.called"),
]


def die(stack: Stack, part: str) -> None:
    """Wait until the part has died of its own accord, and start it again whole."""
    process = stack.parts[part]
    wait_for(lambda: process.poll() is not None, f"{part} to die", seconds=180)
    stack.restart(part)


def settled(person: Person, count: int) -> list[str]:
    """What the person has once everything is through, without what a second copy would add later."""
    person.reads(count, seconds=120)
    person.writes("谢谢")
    person.hears("不客气")
    return person.texts()


def each(points: list[tuple[str, str]]) -> pytest.MarkDecorator:
    marks = {point: [pytest.mark.databases] if point in HANDS else [] for _, point in points}
    values = [pytest.param(*value, marks=marks[value[1]]) for value in points]
    return pytest.mark.parametrize(("part", "point"), values, ids=lambda value: value)


@each(TEXT_POINTS)
def test_a_text_is_answered_once(stack, person, part, point):
    stack.doom(part, point)
    person.writes("怎么请假")
    die(stack, part)
    texts = settled(person, 1)
    assert ["审批" in text for text in texts] == [True, False]


@each(VIDEO_POINTS)
def test_a_video_arrives_once(stack, person, part, point):
    stack.doom(part, point)
    # Beat would let another process release the message first.
    with stack.paused("beat"):
        person.writes(f"/video {point}。")
        die(stack, part)
    texts = settled(person, 2)
    assert [text == "video" for text in texts] == [False, True, False]
