"""Forwards and backwards without a jump, from a place that the seed chooses."""

from itertools import islice, pairwise

import numpy as np

from avatars.engines.puppet.moving.way import legs, turns

MOTION = np.abs(np.sin(np.arange(200) / 7)) + 0.1


def numbers(seed: int, motion: np.ndarray = MOTION, count: int = 1000) -> list[int]:
    shown = (leg.first + leg.step * at for leg in legs(motion, seed) for at in range(leg.count))
    return list(islice(shown, count))


def test_only_frames_follow_each_other_that_did_in_the_video() -> None:
    for seed in range(20):
        assert {abs(after - before) for before, after in pairwise(numbers(seed))} == {1}


def test_it_turns_where_the_person_is_calm() -> None:
    first, last = turns(MOTION)
    shown = numbers(1)
    assert (min(shown), max(shown)) == (first, last)
    assert first < 24
    assert last >= 176
    assert max(MOTION[first], MOTION[last]) < np.median(MOTION)


def test_the_step_that_a_turn_shows_twice_is_small() -> None:
    motion = np.where(np.arange(200) % 3 == 1, 0.2, 1.0)
    first, last = turns(motion)
    assert (motion[first + 1], motion[last]) == (0.2, 0.2)


def test_the_seed_chooses_where_it_begins() -> None:
    assert numbers(7) == numbers(7)
    assert len({numbers(seed, count=1)[0] for seed in range(20)}) > 5


def test_a_video_of_two_frames_goes_on() -> None:
    assert set(numbers(1, np.ones(2), 10)) == {0, 1}
