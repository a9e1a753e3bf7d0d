"""Frames are those of the video, forwards, backwards and from any place on."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from avatars.engines.puppet.moving.frames import Leg, VideoFrames
from avatars.exceptions import PortraitError
from tests.fixtures.portrait_videos import Acted


@pytest.fixture(scope="module")
def small(acted: Acted) -> VideoFrames:
    return VideoFrames(path=acted.stored, part=(0, 0, 480, 640), size=(96, 128))


def test_any_leg_gives_the_frames_of_the_video(small: VideoFrames) -> None:
    every = [frame.copy() for frame in small.read()]
    assert len(every) == 100
    legs = (Leg(first=30, count=20, step=1), Leg(first=48, count=41, step=-1), Leg(first=9, count=3, step=1))
    shown = [(number, frame.copy()) for number, frame in small.along(legs)]
    assert [number for number, _frame in shown] == [*range(30, 50), *range(48, 7, -1), *range(9, 12)]
    assert all(np.array_equal(frame, every[number]) for number, frame in shown)


def test_neighbours_in_any_order_are_the_frames_of_the_video(small: VideoFrames) -> None:
    every = [frame.copy() for frame in small.read()]
    numbers = [*range(30, 50), *range(48, 20, -1), *range(21, 40), 39, 38, 37, *range(38, 60), 5]
    shown = [(number, frame.copy()) for number, frame in small.following(numbers)]
    assert [number for number, _frame in shown] == numbers
    assert all(np.array_equal(frame, every[number]) for number, frame in shown)


def test_a_frame_that_is_not_there_is_told(small: VideoFrames) -> None:
    with pytest.raises(PortraitError):
        list(small.following([99, 100]))


def test_it_decodes_no_further_than_it_is_asked(small: VideoFrames) -> None:
    shown = small.along((Leg(first=5, count=90, step=1),))
    assert [number for number, _frame in islice(shown, 3)] == [5, 6, 7]


def test_a_broken_video_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"this is no video")
    with pytest.raises(PortraitError) as caught:
        next(VideoFrames(path=broken, part=(0, 0, 480, 640), size=(96, 128)).read())
    assert caught.value.code == "not_a_video"
