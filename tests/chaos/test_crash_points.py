"""A process dies at every step of the path; after a restart the member has exactly one of everything."""

import pytest

from tests.support.emulator import Person, wait_for
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.databases]

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


@pytest.mark.parametrize(("part", "point"), TEXT_POINTS, ids=lambda value: value)
def test_a_text_is_answered_once(stack, person, part, point):
    stack.doom(part, point)
    person.writes("怎么请假")
    die(stack, part)
    texts = settled(person, 1)
    assert ["审批" in text for text in texts] == [True, False]


@pytest.mark.parametrize(("part", "point"), VIDEO_POINTS, ids=lambda value: value)
def test_a_video_arrives_once(stack, person, part, point):
    stack.doom(part, point)
    # Beat would let another process release the message first.
    with stack.paused("beat"):
        person.writes(f"/video {point}。")
        die(stack, part)
    texts = settled(person, 2)
    assert [text == "video" for text in texts] == [False, True, False]
