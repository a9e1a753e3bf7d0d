"""Which frame of a video shows the person's own teeth."""

import numpy as np

from avatars.engines.portrait_video import Track
from avatars.engines.puppet.moving.teeth import showing


def track(gap: list[float], yaw: list[float] | None = None) -> Track:
    count = len(gap)
    angles = np.zeros((count, 3))
    angles[:, 0] = yaw or [0.0] * count
    return Track(
        points=np.zeros((count, 478, 3), np.float32),
        score=np.ones(count),
        angles=angles,
        gap=np.array(gap),
        colours=np.zeros((count, 10, 3), np.float32),
        motion=np.ones(count),
    )


def test_teeth_are_taken_from_a_mouth_that_is_well_open() -> None:
    assert showing(track([0.0, 0.01, 0.05, 0.13, 0.3])) == 3


def test_of_two_such_frames_the_one_that_is_held_like_the_reference() -> None:
    assert showing(track([0.0, 0.12, 0.0, 0.13], [0.0, 12.0, 0.0, 1.0])) == 3


def test_a_silent_person_shows_none() -> None:
    assert showing(track([0.0, 0.02, 0.03])) is None
