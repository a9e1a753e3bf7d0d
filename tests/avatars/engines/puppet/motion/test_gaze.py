"""When eyes leave the camera, for how long, and that they come back."""

import numpy as np
import pytest

from avatars.engines.base import Mode, Setup
from avatars.engines.puppet.motion.gaze import LOOKS, PAUSE, SIDEWAYS
from avatars.engines.puppet.motion.planner import moves, plan
from avatars.speech.base import Sound
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.support.shots import make_shot

PHRASE, SILENCE = 2.1, 0.4


def gaze(seed: int, *, seconds: float = 60.0) -> np.ndarray:
    """Of phrases with pauses between them."""
    steps = np.arange(0, seconds, PHRASE + SILENCE)
    sounds = tuple(Sound(symbol="a", start=start, end=start + PHRASE) for start in steps)
    return plan(make_shot(sounds, seconds=seconds, seed=seed)).gaze


def looks(eyes: np.ndarray) -> list[tuple[int, int]]:
    """The frames on which the eyes are beside the camera, from and to before."""
    away = np.abs(eyes[:, 0]) > 0.8 * SIDEWAYS[0]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], away.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(1, 5))
def test_eyes_leave_the_camera_now_and_then_and_return(seed: int) -> None:
    eyes = gaze(seed)
    found = looks(eyes)
    assert 5 <= len(found) <= 14
    assert all((end - start) / 25 <= LOOKS[1] + 0.12 for start, end in found)
    assert np.mean(np.abs(eyes[:, 0]) < 1.5) > 0.8


@pytest.mark.thorough
def test_most_looks_begin_where_a_phrase_ends() -> None:
    starts = np.concatenate([[start for start, _end in looks(gaze(seed))] for seed in range(1, 9)]) / 25
    within = starts % (PHRASE + SILENCE)
    assert np.mean(within > PHRASE - 0.05) > 0.7, "a pause is a sixth of the time"
    assert PAUSE < SILENCE


def test_eyes_jump_and_do_not_glide() -> None:
    eyes = gaze(3)
    for start, end in looks(eyes):
        assert np.ptp(eyes[start + 2 : end - 1], axis=0).max(initial=0.0) < 0.01
        assert np.abs(eyes[max(0, start - 2), 0]) < 1.5


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_video_begins_and_ends_with_a_look_at_the_camera(seed: int) -> None:
    eyes = gaze(seed, seconds=7.5)
    assert not eyes[:8].any()
    assert not eyes[-8:].any()


def test_looks_are_the_same_in_blocks_of_any_size() -> None:
    shot = make_shot((Sound(symbol="a", start=0.0, end=9.0), Sound(symbol="a", start=9.5, end=20.0)), seconds=20.0)
    setup = Setup(portrait=shot.portrait, seed=5)
    small, large = (
        np.concatenate([each.gaze for each in moves(setup, SpeechStream.of(shot.speech), block=block)])
        for block in (8, 64)
    )
    assert np.array_equal(small, large)


def test_each_video_looks_in_its_own_way() -> None:
    assert len({tuple(looks(gaze(seed, seconds=30.0))) for seed in range(1, 7)}) == 6


def test_where_only_lips_move_eyes_stay_straight() -> None:
    assert not plan(make_shot(mode=Mode.ENHANCED_LIPSYNC)).gaze.any()
