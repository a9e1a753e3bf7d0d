"""When a digital human draws breath, and how deep."""

import numpy as np
import pytest

from avatars.engines.base import Setup
from avatars.engines.puppet.motion.breath import HEIGHT, Breath
from avatars.engines.puppet.motion.planner import moves, plan
from avatars.engines.puppet.rig.parameters import Head
from avatars.speech.base import Sound
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.support.shots import make_shot


def phrases(*lengths: float, pause: float = 0.5) -> tuple[tuple[Sound, ...], list[float]]:
    """Phrases so many seconds long with pauses before each, and when they begin."""
    sounds, starts, now = [], [], pause
    for length in lengths:
        sounds.append(Sound(symbol="", start=now - pause, end=now))
        sounds.append(Sound(symbol="a", start=now, end=now + length))
        starts.append(now)
        now += length + pause
    return (*sounds, Sound(symbol="", start=now - pause, end=now)), starts


def shoulders(sounds: tuple[Sound, ...], seed: int = 1) -> np.ndarray:
    """How high they are, frame by frame."""
    found: np.ndarray = plan(make_shot(sounds, seconds=sounds[-1].end, seed=seed)).head[:, Head.BREATH]
    return found


def tops(height: np.ndarray) -> np.ndarray:
    return np.flatnonzero((height[1:-1] > height[:-2]) & (height[1:-1] >= height[2:]))


@pytest.mark.parametrize("seed", range(4))
def test_a_silent_person_breathes_twelve_to_sixteen_times_a_minute(seed: int) -> None:
    height = shoulders((Sound(symbol="", start=0.0, end=60.0),), seed)
    assert 12 <= len(tops(height)) <= 16
    assert np.ptp(height) == pytest.approx(HEIGHT, rel=0.15)


def test_lungs_are_filled_in_the_pause_before_a_phrase() -> None:
    sounds, starts = phrases(3.0, 3.5, 4.0, 3.0)
    height = shoulders(sounds)
    for start in starts[1:]:
        at = int(start * 25)
        assert height[at + 1] - height[at - 14] > 0.5 * HEIGHT
        assert height[at + 50] < height[at + 1], "and are let out over it"


def test_breath_is_deeper_at_a_long_phrase() -> None:
    sounds, starts = phrases(2.2, 2.2, 7.0, 7.0)
    height = shoulders(sounds)
    short, long = (height[int(start * 25) : int(start * 25) + 6].max() for start in (starts[1], starts[3]))
    assert long > short + 0.2 * HEIGHT


def test_short_closures_are_no_place_to_breathe() -> None:
    sounds, starts = phrases(0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, pause=0.15)
    assert len(tops(shoulders(sounds)[int(starts[1] * 25) :])) == 0


def test_breath_is_the_same_in_blocks_of_any_size() -> None:
    sounds, _starts = phrases(1.2, 3.0, 0.8, 2.0, 5.0, pause=0.4)
    shot = make_shot(sounds, seconds=sounds[-1].end)
    setup = Setup(portrait=shot.portrait, seed=3)
    small, large = (
        np.concatenate([each.head for each in moves(setup, SpeechStream.of(shot.speech), block=block)])
        for block in (8, 64)
    )
    assert np.array_equal(small[:, Head.BREATH], large[:, Head.BREATH])


def test_videos_begin_in_different_breaths() -> None:
    first = {float(Breath(seed).at(np.array([0.02]), ())[0]) for seed in range(8)}
    assert len(first) == 8
