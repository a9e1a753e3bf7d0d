"""The built-in renderer's contract: the right frames, the right stillness, no broken pixels."""

import itertools
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatars.engines.base import Mode, Picture, Shot
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face.geometry import Box
from avatars.engines.puppet.frame.compositor import Camera, sharp_box
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.exceptions import EngineMissing, PortraitError
from avatars.portraits.portrait_validation import load
from avatars.speech.base import Sound, Speech
from tests.avatars.support import drawings
from tests.avatars.support.shots import WORD, make_shot
from tests.support.paths import PHOTOGRAPH


@pytest.fixture(scope="module")
def engine() -> Puppet:
    return Puppet()


@pytest.fixture(scope="module")
def photograph() -> Picture:
    return load(PHOTOGRAPH)


@pytest.fixture(scope="module")
def drawn() -> Picture:
    return drawings.draw("xiao", height=640)


@dataclass(frozen=True, kw_only=True)
class Video:
    """The frames of a word, and the portrait as it was before."""

    frames: list[Picture]
    portrait: Picture
    mode: Mode


def video(engine: Puppet, portrait: Picture, mode: Mode) -> Video:
    before = portrait.copy()
    shot = Shot(portrait=portrait, speech=make_shot(WORD).speech, mode=mode, seed=1)
    return Video(frames=[frame.copy() for frame in engine.animate(shot)], portrait=before, mode=mode)


@pytest.fixture(scope="module", params=list(Mode))
def said(request: pytest.FixtureRequest, engine: Puppet, photograph: Picture) -> Video:
    """The photograph in each mode, one at a time."""
    return video(engine, photograph, request.param)


@pytest.fixture(scope="module", params=["photograph", "drawn"])
def talking(request: pytest.FixtureRequest, engine: Puppet) -> Video:
    """Each portrait with all that moves."""
    return video(engine, request.getfixturevalue(request.param), Mode.ENHANCED_TALKING_HEAD)


def pose(**amounts: float) -> np.ndarray:
    face = np.zeros(len(Expression), np.float32)
    face[Expression.NEUTRAL] = 1
    for name, amount in amounts.items():
        face[Expression[name.upper()]] = amount
    return face


STILL = np.zeros(len(Head), np.float32)


def test_every_mode_gives_exactly_the_frames_of_the_speech(said: Video) -> None:
    assert len(said.frames) == 60
    assert all(frame.shape == said.portrait.shape and frame.dtype == np.uint8 for frame in said.frames)


@pytest.mark.parametrize(("samples", "count"), [(24_000, 25), (24_001, 26), (1, 1), (0, 0)])
def test_the_last_part_of_a_frame_counts_as_one(engine: Puppet, photograph: Picture, samples: int, count: int) -> None:
    speech = Speech(samples=np.zeros(samples, np.float32), rate=24_000, sounds=(), tokens=())
    shot = Shot(portrait=photograph, speech=speech, mode=Mode.LIPSYNC)
    assert sum(1 for _ in engine.animate(shot)) == shot.frame_count == count


@pytest.mark.thorough
@pytest.mark.parametrize("said", [Mode.ENHANCED_TALKING_HEAD], indirect=True)
def test_another_engine_gives_the_same_frames(said: Video, photograph: Picture) -> None:
    again = video(Puppet(), photograph, said.mode)
    assert all(np.array_equal(a, b) for a, b in zip(said.frames, again.frames, strict=True))


def test_the_portrait_is_left_as_it_was(said: Video, photograph: Picture) -> None:
    assert np.array_equal(photograph, said.portrait)


@pytest.mark.parametrize("said", [Mode.LIPSYNC, Mode.ENHANCED_LIPSYNC], indirect=True)
def test_a_still_head_keeps_the_upper_face_but_the_eyes(engine: Puppet, photograph: Picture, said: Video) -> None:
    rig = engine.rig(photograph)
    nose = int(rig.face.points[4, 1]) + rig.region.top
    eyes = np.zeros(photograph.shape[:2], bool)
    for eye in Camera(rig, said.mode).eyes:
        box = eye.pixels
        area = (
            slice(box.top + rig.region.top, box.bottom + rig.region.top),
            slice(box.left + rig.region.left, box.right + rig.region.left),
        )
        eyes[area] = True
    for frame in said.frames:
        changed = (frame != photograph).any(axis=2) & ~eyes
        assert not changed[: nose - int(0.25 * rig.face.unit)].any()


def sharpness(picture: Picture) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.CV_32F).std())


def test_the_enhanced_modes_keep_a_moving_face_sharp(engine: Puppet, photograph: Picture) -> None:
    rig = engine.rig(photograph)
    half = np.array([0.6, 0.4, 0.5, 0.5, 0.5, 0.2, 0.3, 0.1], np.float32)
    box = sharp_box(rig, Box(left=0, top=0, right=rig.region.width, bottom=rig.region.height))
    face = (slice(box.top + 40, box.bottom - 120), slice(box.left + 20, box.right - 20))
    kept = {}
    for mode in (Mode.TALKING_HEAD, Mode.ENHANCED_TALKING_HEAD):
        frame = Camera(rig, mode).frame(pose(), half, 0.0)
        kept[mode] = sharpness(frame[rig.region.area][face]) / sharpness(rig.picture[face])
    assert kept[Mode.ENHANCED_TALKING_HEAD] > 0.85
    assert kept[Mode.TALKING_HEAD] < 0.9 * kept[Mode.ENHANCED_TALKING_HEAD]


def test_where_the_sharp_face_ends_no_line_is_seen(engine: Puppet, photograph: Picture) -> None:
    rig = engine.rig(photograph)
    half = np.array([0.6, 0.4, 0.5, 0.5, 0.5, 0.2, 0.3, 0.1], np.float32)
    plain, sharp = (
        Camera(rig, mode).frame(pose(), half, 0.0).astype(np.int16)
        for mode in (Mode.TALKING_HEAD, Mode.ENHANCED_TALKING_HEAD)
    )
    box = sharp_box(rig, Box(left=0, top=0, right=rig.region.width, bottom=rig.region.height))
    moving = Camera(rig, Mode.TALKING_HEAD).flow.pixels
    assert box.left > moving.left
    assert box.right < moving.right
    at = rig.region.left + box.left
    rows = slice(rig.region.top + box.top, rig.region.top + box.bottom)
    assert np.abs(plain - sharp)[rows, at - 6 : at].max() == 0
    assert np.abs(plain - sharp)[rows, at : at + 2].mean() < 0.5 * np.abs(plain - sharp)[rows, at + 12 : at + 24].mean()


@pytest.mark.parametrize("said", [Mode.TALKING_HEAD], indirect=True)
def test_a_talking_head_moves(said: Video) -> None:
    forehead = [frame[140:180, 200:330].astype(int) for frame in (said.frames[0], said.frames[-1])]
    assert np.abs(forehead[0] - forehead[1]).mean() > 1


def test_the_background_stays_bit_by_bit(engine: Puppet, photograph: Picture, said: Video) -> None:
    rig = engine.rig(photograph)
    moving = np.abs(rig.fields.head[3:]).max(axis=0) > 0
    moving[rig.fields.face_window.area] |= np.abs(rig.fields.face).max(axis=(0, 3)) > 0
    spread = cv2.dilate(moving.astype(np.uint8), np.ones((3, 3), np.uint8))
    pixels = np.repeat(np.repeat(spread, rig.fields.cell, axis=0), rig.fields.cell, axis=1)
    still = np.ones(photograph.shape[:2], bool)
    still[rig.region.area] = pixels[: rig.region.height, : rig.region.width] == 0
    assert still.mean() > 0.25
    for frame in said.frames:
        assert np.array_equal(frame[still], photograph[still])


@pytest.mark.parametrize("mode", list(Mode))
def test_a_pose_at_rest_is_the_portrait(engine: Puppet, photograph: Picture, mode: Mode) -> None:
    frame = Camera(engine.rig(photograph), mode).frame(pose(), STILL, 0.0)
    assert np.array_equal(frame, photograph)


def test_a_closed_mouth_stays_closed_in_silence(engine: Puppet, talking: Video) -> None:
    for frame in (talking.frames[2], talking.frames[8], talking.frames[-5]):
        face = engine._mesh.find(frame)[0]
        assert np.linalg.norm(face.points[13] - face.points[14]) / face.eye_distance < 0.03


def test_bilabials_close_the_mouth(engine: Puppet, talking: Video) -> None:
    gaps = []
    for frame in talking.frames[21:25]:
        face = engine._mesh.find(frame)[0]
        gaps.append(np.linalg.norm(face.points[13] - face.points[14]) / face.eye_distance)
    assert min(gaps) < 0.01


@pytest.mark.parametrize("portrait", ["photograph", "drawn"])
def test_no_pixel_outshines_its_surroundings(engine: Puppet, portrait: str, request: pytest.FixtureRequest) -> None:
    picture: Picture = request.getfixturevalue(portrait)
    low, high = (
        cv2.morphologyEx(picture, op, np.ones((41, 41), np.uint8)) for op in (cv2.MORPH_ERODE, cv2.MORPH_DILATE)
    )
    rig = engine.rig(picture)
    camera = Camera(rig, Mode.ENHANCED_TALKING_HEAD)
    mouth = camera.mouth.pixels
    for face in (pose(jaw=0.8), pose(round=1, jaw=0.2), pose(wide=0.8, jaw=0.2), pose(press=1)):
        frame = camera.frame(face, np.array([2, 1, 1, 0.5, 0.5, 0.3, 0.5, 0.1], np.float32), 0.5).astype(int)
        outside = (frame < low.astype(int) - 24) | (frame > high.astype(int) + 24)
        outside[rig.region.area][mouth.area] = False
        assert not outside.any()


def test_an_open_mouth_is_dark_or_tooth_but_never_skin_torn(engine: Puppet, photograph: Picture) -> None:
    rig = engine.rig(photograph)
    camera = Camera(rig, Mode.ENHANCED_LIPSYNC)
    frame = camera.frame(pose(jaw=0.8), STILL, 0.0)
    face = engine._mesh.find(frame)[0]
    middle = face.points[[13, 14], :2].mean(axis=0).astype(int)
    inside = frame[middle[1] - 2 : middle[1] + 3, middle[0] - 4 : middle[0] + 5]
    assert inside.mean() < photograph[middle[1] + 60, middle[0]].mean()


def test_a_blink_closes_both_eyes(engine: Puppet, drawn: Picture) -> None:
    camera = Camera(engine.rig(drawn), Mode.ENHANCED_LIPSYNC)
    opened = engine._mesh.find(camera.frame(pose(), STILL, 0.0).copy())[0]
    closed = engine._mesh.find(camera.frame(pose(), STILL, 1.0).copy())[0]
    for upper, lower in ((159, 145), (386, 374)):
        before = np.linalg.norm(opened.points[upper] - opened.points[lower])
        after = np.linalg.norm(closed.points[upper] - closed.points[lower])
        assert after < 0.5 * before


@pytest.mark.thorough
@pytest.mark.parametrize("name", [pytest.param("ran", marks=pytest.mark.thorough), "xiao"])
def test_a_closed_drawn_eye_shows_nothing_of_its_white(engine: Puppet, name: str) -> None:
    rig = engine.rig(drawings.draw(name, height=1080))
    camera = Camera(rig, Mode.ENHANCED_LIPSYNC)
    for eye in camera.eyes:
        boxes = [camera.frame(pose(), STILL, blink)[rig.region.area][eye.pixels.area].astype(int) for blink in (0, 1)]
        white, left = ((box.min(axis=2) > 150) & (np.ptp(box, axis=2) < 24) for box in boxes)
        assert white.sum() > 100
        assert left.sum() < 0.03 * white.sum()


def test_a_portrait_that_shows_teeth_is_closed_in_silence(engine: Puppet, photograph: Picture) -> None:
    laughing = Camera(engine.rig(photograph), Mode.ENHANCED_LIPSYNC).frame(pose(jaw=0.5, wide=0.6), STILL, 0.0).copy()
    rig = engine.rig(laughing)
    assert rig.face.shows_teeth
    camera = Camera(rig, Mode.ENHANCED_TALKING_HEAD)
    assert camera.mouth.interior.owns_teeth
    closed = engine._mesh.find(camera.frame(pose(), STILL, 0.0).copy())[0]
    assert np.linalg.norm(closed.points[13] - closed.points[14]) / closed.eye_distance < 0.03


def test_drawn_portraits_are_told_from_photographs(engine: Puppet, photograph: Picture, drawn: Picture) -> None:
    from avatars.engines.puppet.face.colours import palette

    for portrait, expected in ((photograph, False), (drawn, True)):
        rig = engine.rig(portrait)
        assert palette(rig.picture, rig.face).drawn is expected


def test_a_picture_without_a_face_is_refused_before_the_first_frame(engine: Puppet) -> None:
    wall = np.full((300, 300, 3), 180, np.uint8)
    with pytest.raises(PortraitError) as caught:
        engine.animate(Shot(portrait=wall, speech=make_shot().speech))
    assert caught.value.code == "no_face"
    assert caught.value.remedy


def test_a_missing_model_names_itself(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match=r"face_landmarker\.task"):
        Puppet(models=tmp_path)


@pytest.mark.thorough  # as in rig/test_disk_cache.py, with rigs that are built
def test_rigs_are_kept_for_a_few_portraits(photograph: Picture) -> None:
    engine = Puppet(rigs=1)
    first = engine.rig(photograph)
    assert engine.rig(photograph.copy()) is first
    engine.rig(np.ascontiguousarray(photograph[:, ::-1]))
    assert engine.rig(photograph) is not first


def test_memory_does_not_grow_with_the_length_of_the_speech(engine: Puppet, photograph: Picture) -> None:
    sounds = tuple(Sound(symbol="a", start=i * 0.5, end=i * 0.5 + 0.5) for i in range(10))
    frames = engine.animate(Shot(portrait=photograph, speech=make_shot(sounds, seconds=5.0).speech, mode=Mode.LIPSYNC))
    for _ in itertools.islice(frames, 20):
        pass
    tracemalloc.start()
    for _ in itertools.islice(frames, 20):
        pass
    early = tracemalloc.get_traced_memory()[0]
    for _ in frames:
        pass
    late = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert late - early < 90_000
