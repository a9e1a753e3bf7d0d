"""When the hand is up: on the word, never at the end, and without a jump."""

import itertools

import pytest

from avatars.framing.gestures.cues import Cue
from avatars.framing.gestures.timing import AHEAD, AT_REST, RISE, Gesture, Timing
from avatars.portraits.half_body.poses import Arm
from avatars.speech.base import Token

FPS = 25


def gestures(*cues: tuple[float, Arm], seconds: float = 8.0) -> list[Gesture]:
    """Of cues on words at these times."""
    tokens = [Token(offset=number, length=1, start=at, end=at + 0.2) for number, (at, _arm) in enumerate(cues)]
    timing = Timing([Cue(offset=number, arm=arm) for number, (_at, arm) in enumerate(cues)], FPS)
    found = []
    for frame in range(int(seconds * FPS)):
        time = (frame + 0.5) / FPS
        known = [token for token in tokens if token.start < time + AHEAD]
        found.append(timing.at(time, known, seconds if seconds < time + AHEAD else None))
    return found


def frames_up(found: list[Gesture]) -> list[int]:
    return [number for number, gesture in enumerate(found) if gesture.raised > 0.95]


@pytest.mark.parametrize("arm", [Arm.OPEN, Arm.ASK, Arm.ONE])
def test_the_hand_arrives_with_its_word_and_comes_down(arm: Arm) -> None:
    found = gestures((2.0, arm))
    up = frames_up(found)
    assert 2.0 <= up[0] / FPS <= 2.0 + RISE
    assert 0.6 <= (up[-1] - up[0]) / FPS <= 2.0
    assert found[-1] == AT_REST
    assert all(gesture.now is arm for gesture in found if gesture.raised)


@pytest.mark.parametrize("last", [7.9, 7.2, 6.5])
def test_it_is_at_rest_at_both_ends(last: float) -> None:
    found = gestures((0.0, Arm.OPEN), (last, Arm.ASK))
    assert found[0].raised < 0.05
    assert found[-1].raised < 0.02


def test_nothing_jumps() -> None:
    found = gestures((0.2, Arm.OPEN), (2.0, Arm.ONE), (3.5, Arm.TWO), (4.2, Arm.THREE), (7.0, Arm.ASK))
    raised = [gesture.raised for gesture in found]
    assert max(abs(after - before) for before, after in itertools.pairwise(raised)) < 0.13
    turns = [gesture.turn for gesture in found]
    assert max(abs(after - before) for before, after in itertools.pairwise(turns)) < 5.0


def test_numbers_follow_each_other_without_a_way_down() -> None:
    found = gestures((1.0, Arm.ONE), (2.6, Arm.TWO), (4.2, Arm.THREE))
    shown = [gesture.now for gesture in found[frames_up(found)[0] : frames_up(found)[-1]]]
    assert list(dict.fromkeys(shown)) == [Arm.ONE, Arm.TWO, Arm.THREE]
    up = frames_up(found)
    assert up == list(range(up[0], up[-1] + 1))


def test_a_wave_goes_both_ways() -> None:
    turns = [gesture.turn for gesture in gestures((1.0, Arm.OPEN))]
    assert max(turns) > 4
    assert min(turns) < -4


def test_the_other_arm_rises_at_questions_only_and_never_jumps() -> None:
    found = gestures((0.2, Arm.OPEN), (2.4, Arm.ONE), (4.0, Arm.ASK), (5.9, Arm.TWO))
    other = [gesture.other for gesture in found]
    assert max(abs(after - before) for before, after in itertools.pairwise(other)) < 0.13
    assert max(other[: int(3.6 * FPS)]) == 0
    assert max(other) == 1
    assert all(gesture.other <= gesture.raised for gesture in found)
