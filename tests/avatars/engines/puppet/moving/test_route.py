"""The way through a video of a person who speaks: silent places where we pause."""

from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pytest

from avatars.engines.portrait_video import Track
from avatars.engines.puppet.moving import route, way
from avatars.engines.puppet.moving.route import AHEAD, BETWEEN_TURNS, Route, planned, silent, speaks

FRAMES = 1500


def phrases(count: int, seed: int) -> np.ndarray:
    """Marks of frames in which nothing is said: a third to three quarters of a second after each phrase."""
    random, marks = np.random.default_rng(seed), np.zeros(count + 200, bool)
    at = 0
    while at < count:
        at += int(random.uniform(35, 90))
        long = int(random.uniform(8, 20))
        marks[at : at + long] = True
        at += long
    return marks[:count]


def speaker(seed: int, count: int = 1000) -> Track:
    """A person who says other phrases than we do."""
    random = np.random.default_rng(seed)
    gap = np.where(phrases(count, seed + 100), 0.01, 0.05 + 0.05 * np.sin(np.arange(count) * 1.1))
    motion = np.abs(random.normal(1, 0.3, count)) + 0.1
    nothing = np.zeros((count, 1, 3), np.float32)
    ones = np.ones(count)
    return Track(points=nothing, score=ones, angles=np.zeros((count, 3)), gap=gap, colours=nothing, motion=motion)


def shown(track: Track, pauses: np.ndarray, seed: int = 1) -> list[int]:
    chosen, found = Route(track, seed), []
    numbers = chosen.numbers()
    for at in range(len(pauses)):
        chosen.coming = pauses[at : at + AHEAD + 1]
        found.append(next(numbers))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_our_pauses_come_to_silent_places(seed: int) -> None:
    track, pauses = speaker(seed), phrases(FRAMES, seed)
    quiet = silent(track.gap)
    before = [leg.first + leg.step * at for leg in islice(way.legs(track.motion, 1), 9) for at in range(leg.count)]
    share, of_old = (quiet[np.array(each[:FRAMES])[pauses]].mean() for each in (shown(track, pauses), before))
    assert of_old < 0.3
    assert share > 0.5


def test_only_frames_follow_each_other_that_did_in_the_video() -> None:
    numbers = shown(speaker(1), phrases(FRAMES, 1))
    assert {abs(after - before) for before, after in pairwise(numbers)} == {1}


def test_it_does_not_sway() -> None:
    numbers = shown(speaker(1), np.ones(FRAMES, bool))
    turns = [at for at in range(1, FRAMES - 1) if numbers[at - 1] == numbers[at + 1]]
    assert min(after - before for before, after in pairwise(turns)) >= BETWEEN_TURNS


def test_it_turns_between_the_ends_at_calm_frames_only() -> None:
    track = speaker(2)
    numbers = shown(track, phrases(FRAMES, 2))
    ends = way.turns(track.motion)
    turns = [at for at in range(1, FRAMES - 1) if numbers[at - 1] == numbers[at + 1] and numbers[at] not in ends]
    steps = np.maximum(track.motion, np.append(track.motion[1:], track.motion[-1:]))
    assert turns
    assert max(steps[numbers[at]] for at in turns) <= np.median(steps)


def test_without_pauses_it_goes_from_end_to_end() -> None:
    track = speaker(3)
    numbers = shown(track, np.zeros(FRAMES, bool))
    assert (min(numbers), max(numbers)) == way.turns(track.motion)


def test_a_person_who_is_silent_does_not_speak() -> None:
    assert speaks(speaker(1).gap)
    assert not speaks(np.full(500, 0.02))
    assert route.silent(np.full(500, 0.02)).all()


def test_a_way_planned_at_once_is_the_chosen_one():
    track, pauses = speaker(2), phrases(FRAMES, 5)
    assert list(planned(track, 1, pauses)) == shown(track, pauses)


def test_the_planned_way_of_a_silent_person_goes_from_neighbour_to_neighbour():
    track = replace(speaker(3, count=90), gap=np.full(90, 0.01))
    numbers = planned(track, 1, phrases(FRAMES, 5))
    assert len(numbers) == FRAMES
    assert {abs(after - before) for before, after in pairwise(numbers)} == {1}
