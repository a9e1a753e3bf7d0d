"""A portrait video is checked at every second; each finding tells when."""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from avatars.engines.base import Picture
from avatars.engines.puppet.face import findings
from avatars.engines.puppet.moving.frames import VideoFrames
from avatars.portraits.video_file import rewritten
from avatars.portraits.video_findings import ExaminedVideo, VideoFinding
from avatars.portraits.video_validation import examine
from tests.avatars.support import drawings
from tests.avatars.support.vision.acted_videos import write
from tests.fixtures.portrait_videos import BRIEF, Acted

Change = Callable[[int, Picture], Picture]
SIZE = (480, 640)


def looked_at(path: Path) -> ExaminedVideo:
    return examine(path, hashlib.sha256(path.read_bytes()).hexdigest(), cache_folder=None)


def changed(acted: Acted, folder: Path, change: Change, *, last: int) -> ExaminedVideo:
    """The findings for the acted video with its frames changed."""
    frames = VideoFrames(path=acted.stored, part=(0, 0, *SIZE), size=SIZE)

    def shown() -> Iterator[Picture]:
        for number, frame in enumerate(frames.read(0, last)):
            yield np.ascontiguousarray(change(number, frame.copy()))

    write(folder / "changed.mp4", shown(), SIZE)
    rewritten(folder / "changed.mp4", folder / "stored.mp4", limits=BRIEF)
    return looked_at(folder / "stored.mp4")


def flaw(found: ExaminedVideo, code: str) -> VideoFinding:
    assert code in [each.code for each in found.flaws]
    return next(each for each in found.flaws if each.code == code)


def test_a_video_that_will_do_has_no_flaws_and_a_still(acted: Acted) -> None:
    found = looked_at(acted.stored)
    assert found.flaws == ()
    assert (found.width, found.height, found.seconds) == (*SIZE, 4.0)
    assert found.speaks
    (face,) = findings.look(np.asarray(Image.open(io.BytesIO(found.still))))
    assert face.gap < 0.03


def test_a_lost_face_is_told_with_its_time_and_picture(acted: Acted, tmp_path: Path) -> None:
    def gone(number: int, frame: Picture) -> Picture:
        return np.full_like(frame, 200) if 40 <= number < 60 else frame

    lost = flaw(changed(acted, tmp_path, gone, last=75), "face_lost")
    assert 1.5 <= lost.begin <= 1.8
    assert 2.2 <= lost.end <= 2.5
    assert Image.open(io.BytesIO(lost.picture)).width == 240
    assert lost.places == ()


@pytest.mark.thorough
def test_a_cut_is_told(acted: Acted, tmp_path: Path) -> None:
    def nearer(number: int, frame: Picture) -> Picture:
        return np.asarray(cv2.resize(frame[40:520, 60:420], SIZE)) if number >= 50 else frame

    cut = flaw(changed(acted, tmp_path, nearer, last=75), "cut")
    assert abs(cut.begin - 2.0) < 0.1


@pytest.mark.thorough
def test_a_hand_before_the_mouth_is_told(acted: Acted, tmp_path: Path) -> None:
    def covered(number: int, frame: Picture) -> Picture:
        if 20 <= number < 75:
            x, y = acted.track.points[number, 13, :2].astype(int)
            cv2.ellipse(frame, (int(x), int(y) + 10), (80, 55), 0, 0, 360, (120, 85, 70), -1)
        return frame

    found = changed(acted, tmp_path, covered, last=85)
    assert {"mouth_covered", "face_lost", "blurred"} & {each.code for each in found.flaws}


@pytest.mark.thorough
def test_a_video_in_the_dark_is_refused(acted: Acted, tmp_path: Path) -> None:
    found = changed(acted, tmp_path, lambda _number, frame: (frame * 0.06).astype(np.uint8), last=50)
    assert {"too_dark", "no_face"} & {each.code for each in found.flaws}


@pytest.mark.thorough
def test_two_people_are_refused(acted: Acted, tmp_path: Path) -> None:
    other = cv2.resize(drawings.draw("ran", height=640), SIZE)

    def beside(_number: int, frame: Picture) -> Picture:
        both = np.concatenate([frame, other], axis=1)
        return np.asarray(cv2.copyMakeBorder(cv2.resize(both, (480, 320)), 160, 160, 0, 0, cv2.BORDER_REPLICATE))

    several = flaw(changed(acted, tmp_path, beside, last=40), "several_faces")
    left, right = sorted(several.places, key=lambda place: place.x)
    assert left.x + left.width < 0.5 < right.x + right.width / 2


@pytest.mark.thorough
def test_a_head_that_lies_on_its_side_is_refused(acted: Acted, tmp_path: Path) -> None:
    turn = cv2.getRotationMatrix2D((240, 320), 35, 0.8)

    def tilted(_number: int, frame: Picture) -> Picture:
        return np.asarray(cv2.warpAffine(frame, turn, SIZE, borderMode=cv2.BORDER_REPLICATE))

    found = flaw(changed(acted, tmp_path, tilted, last=40), "tilted")
    (place,) = found.places
    face = cv2.transform(acted.track.points[None, int(found.begin * 25), :468, :2], turn)[0] / SIZE
    assert np.all(face > [place.x - 0.05, place.y - 0.05])
    assert np.all(face < [place.x + place.width + 0.05, place.y + place.height + 0.05])


def test_a_video_without_a_face_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "empty.mp4", iter([np.full((640, 480, 3), 128, np.uint8)] * 40), SIZE)
    rewritten(tmp_path / "empty.mp4", tmp_path / "stored.mp4", limits=BRIEF)
    assert [each.code for each in looked_at(tmp_path / "stored.mp4").flaws] == ["no_face"]


def test_a_video_of_few_pixels_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "small.mp4", iter([np.full((320, 240, 3), 128, np.uint8)] * 40), (240, 320))
    rewritten(tmp_path / "small.mp4", tmp_path / "stored.mp4", limits=BRIEF)
    assert [each.code for each in looked_at(tmp_path / "stored.mp4").flaws] == ["too_small"]
