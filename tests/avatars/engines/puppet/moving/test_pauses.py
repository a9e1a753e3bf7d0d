"""Each pose, and whether we pause then and soon after."""

from collections.abc import Iterator

import numpy as np

from avatars.engines.puppet.motion.planner import Motion
from avatars.engines.puppet.moving.pauses import paused

SPOKEN = np.array([0] * 10 + [1] * 30 + [0] * 12 + [1] * 28, bool)
POSES = (SPOKEN[:, None] * np.sin(np.arange(80) * 0.9)[:, None] * np.ones(3)).astype(np.float32)


def motions(taken: list[int]) -> Iterator[Motion]:
    for first in range(0, 80, 8):
        taken.append(first)
        part, none = POSES[first : first + 8], np.zeros((8, 2), np.float32)
        yield Motion(face=part, head=none, blink=none[:, 0], gaze=none)


def test_every_pose_comes_once_and_in_order() -> None:
    found = np.array([face for face, _marks in paused(motions([]), 25, ahead=32)])
    assert np.array_equal(found, POSES)


def test_pauses_are_known_before_they_are_shown() -> None:
    marks = [each for _face, each in paused(motions([]), 25, ahead=32)]
    quiet = np.array([each[0] for each in marks])
    assert (quiet & ~SPOKEN)[:9].all()
    assert not quiet[12:39].any()
    assert quiet[42:51].all()
    assert all(np.array_equal(each, quiet[at : at + len(each)]) for at, each in enumerate(marks[33:47], 33))
    assert all(len(each) == 33 for each in marks[33:47])


def test_the_first_pose_waits_for_no_more_than_its_own_block() -> None:
    taken: list[int] = []
    poses = paused(motions(taken), 25, ahead=32)
    next(poses)
    assert taken == [0]
    for _ in range(40):
        next(poses)
    assert taken[-1] == 72


def test_marks_are_those_of_the_frames_of_the_video() -> None:
    marks = [each for _face, each in paused(motions([]), 50, ahead=16)]
    assert {len(each) for each in marks[40:45]} == {17}
