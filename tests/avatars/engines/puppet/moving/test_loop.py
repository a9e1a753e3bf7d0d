"""A loop through a portrait video: silent, without a jump, and as long as is wished."""

from itertools import pairwise

import numpy as np
import pytest

from avatars.engines.portrait_video import Track
from avatars.engines.puppet.moving.loop import is_quiet, round_trip


def track(count: int, *, silence: tuple[int, int] | None = None) -> Track:
    """Somebody who speaks but for a `silence`; without one, somebody who listens. Calmest at every 40th frame."""
    times = np.arange(count)
    gap = np.zeros(count) if silence is None else 0.1 + 0.1 * np.sin(times)
    if silence is not None:
        gap[slice(*silence)] = 0.02
    return Track(
        points=np.zeros((count, 478, 3), np.float32),
        score=np.ones(count),
        angles=np.zeros((count, 3)),
        gap=gap,
        colours=np.zeros((count, 1, 3), np.float32),
        motion=1.1 - np.cos(times * 2 * np.pi / 40),
    )


@pytest.mark.parametrize("length", [2, 30, 116, 500])
def test_each_step_and_the_one_to_the_beginning_is_a_neighbour(length: int) -> None:
    numbers = round_trip(track(length), 230)
    assert len(numbers) == 230
    assert max(abs(after - before) for before, after in pairwise([*numbers, numbers[0]])) <= 1
    assert set(numbers) <= set(range(length))


def test_of_a_speaker_it_is_the_silent_piece() -> None:
    speaker = track(600, silence=(300, 450))
    numbers = round_trip(speaker, 230)
    assert min(numbers) >= 300
    assert max(numbers) < 450
    assert is_quiet(speaker, numbers)


def test_where_no_piece_is_silent_the_most_silent_is_taken() -> None:
    speaker = track(600, silence=(300, 340))
    numbers = round_trip(speaker, 230)
    assert set(range(304, 336)) <= set(numbers)
    assert not is_quiet(speaker, numbers)


def test_it_turns_where_the_person_is_calm() -> None:
    listener = track(600)
    numbers = round_trip(listener, 2 * 120)
    assert listener.motion[[min(numbers), max(numbers)]].max() < 0.3
