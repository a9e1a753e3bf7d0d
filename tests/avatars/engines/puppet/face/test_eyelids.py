"""Eyelids close along one curve, from the corners of the eye, behind glasses."""

import cv2
import numpy as np
import pytest

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face.colours import is_drawn
from avatars.engines.puppet.face.eyelids import _bow, _round
from avatars.engines.puppet.face.topology import EYES
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.frame.eyes import eyes
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import Rig
from avatars.portraits import samples
from avatars.portraits.portrait_validation import load
from tests.avatars.support import drawings
from tests.avatars.support.drawings import KeptPuppet
from tests.support.paths import DATA, PHOTOGRAPH

GLASSES, BARE = PHOTOGRAPH, DATA / "eileen_collins.jpg"
STILL = np.zeros(len(Head), np.float32)
REST = np.eye(1, len(Expression), Expression.NEUTRAL, dtype=np.float32)[0]


def closed(rig: Rig, blink: float = 1.0) -> Picture:
    return Camera(rig, Mode.ENHANCED_LIPSYNC).frame(REST, STILL, blink)[rig.region.area]


def lids_and_cheeks(rig: Rig) -> tuple[np.ndarray, np.ndarray]:
    """The usual colours (two eyes, 3) in CIE Lab of shut lids, above their lashes, and of the skin below the eyes."""
    lab = cv2.cvtColor(closed(rig).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    found = []
    for points in EYES:
        upper, lower = (rig.face.points[list(ids[3:-3]), :2] for ids in (points.upper, points.lower))
        below = lower + rig.face.unit * np.array([0, 0.2])
        rows = [upper + (lower - upper) * share for share in np.linspace(0, 0.5, 8)]
        found.append([np.median(_read(lab, np.stack(spots)), axis=0) for spots in (rows, [below])])
    lids, cheeks = (np.stack(each) for each in zip(*found, strict=True))
    return lids, cheeks


def _read(picture: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.remap(picture, places.astype(np.float32), None, cv2.INTER_LINEAR)).reshape(-1, 3)


@pytest.fixture(scope="module")
def engine() -> Puppet:
    return KeptPuppet(device="cpu")


def portrait(name: str) -> Picture:
    return drawings.draw(name)


def test_a_lid_comes_down_on_one_bow() -> None:
    kinked = np.array([11.9, 11.8, 11.6, 12.4, 14.6, 16.9, 18.3, 18.6, 17.9, 16.6, 14.8, 13.0, 11.4, 10.1, 9.0, 8.2])
    bow = _bow(kinked)
    assert (bow >= kinked - 1e-9).all()
    assert (np.diff(bow, 2) <= 1e-9).all()
    assert bow.max() == kinked.max()
    assert np.allclose(_bow(bow), bow)


def test_a_bow_has_no_corner_and_ends_where_the_eye_does() -> None:
    corner = np.array([0.0, 2.0, 4.0, 6.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0])
    bow = _round(corner)
    assert np.allclose(bow[[0, -1]], corner[[0, -1]])
    assert (bow >= corner - 0.01)[2:-2].all()
    assert np.abs(np.diff(bow[2:-2], 2)).max() < 0.5 * np.abs(np.diff(corner, 2)).max()


@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=pytest.mark.thorough) for name in samples.NAMES), "stranger"]
)
def test_drawn_lids_meet_in_both_corners_of_an_eye(engine: Puppet, name: str) -> None:
    rig = engine.rig(portrait(name))
    for eye in eyes(rig):
        curves = eye.curves
        gap = (curves.lower - curves.upper) / rig.face.unit
        assert gap[[0, -1]].max() < 0.003
        assert gap.max() > 0.10
        # Lashes that came down steeply beside the corner would be a hook.
        steps = np.diff(curves.lower) / ((curves.end - curves.start) / (len(curves.lower) - 1))
        assert np.abs(steps).max() < 2.5


@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=pytest.mark.thorough) for name in (*samples.NAMES, "photograph")), "stranger"]
)
def test_a_shut_lid_looks_like_the_skin_below_the_eye(engine: Puppet, name: str) -> None:
    rig = engine.rig(load(BARE) if name == "photograph" else portrait(name))
    lids, cheeks = lids_and_cheeks(rig)
    apart = np.linalg.norm(lids - cheeks, axis=1)
    # A grey disc is 11 and more from a drawn cheek, the shadow under a brow 22 from a photographed one.
    assert apart.max() < (10 if name == "photograph" else 4)
    # Light from one side makes cheeks as unlike as lids.
    left, right = lids - cheeks
    assert np.linalg.norm(left - right) < 4, "left as right"


def test_a_photograph_however_smooth_is_no_drawing(engine: Puppet) -> None:
    small = cv2.resize(load(BARE), (200, 200), interpolation=cv2.INTER_AREA)
    rig = engine.rig(cv2.resize(small, (512, 512), interpolation=cv2.INTER_CUBIC))
    assert not is_drawn(rig.picture, rig.face)


@pytest.mark.thorough
def test_dark_brows_close_to_the_eyes_are_no_glasses(engine: Puppet) -> None:
    rig = engine.rig(load(BARE))
    picture = rig.portrait.copy()
    corner = (rig.region.left, rig.region.top)
    for points in EYES:
        lid = rig.face.points[list(points.upper), :2] + corner - (0, 0.09 * rig.face.unit)
        cv2.polylines(picture, [lid.round().astype(np.int32)], False, (40, 30, 25), max(2, round(0.05 * rig.face.unit)))
    assert all(eye.front is None for eye in eyes(engine.rig(picture)))


@pytest.mark.thorough
def test_glasses_and_their_reflections_stay_before_the_lid(engine: Puppet) -> None:
    rig = engine.rig(load(GLASSES))
    camera = Camera(rig, Mode.ENHANCED_LIPSYNC)
    for eye in camera.eyes:
        assert eye.front is not None
        before = eye.front[eye.pixels.inside(eye.skin.area).area] > 0.95
        opened, shut = (
            camera.frame(REST, STILL, blink)[rig.region.area][eye.pixels.area].astype(int) for blink in (0, 1)
        )
        assert before.sum() > 20
        assert np.abs(shut - opened)[before].max() <= 4
        assert np.abs(shut - opened).max() > 60


def test_a_lid_behind_glasses_has_no_streaks(engine: Puppet) -> None:
    rig = engine.rig(load(GLASSES))
    camera = Camera(rig, Mode.ENHANCED_LIPSYNC)
    frame = camera.frame(REST, STILL, 1.0)[rig.region.area].astype(float).mean(axis=2)
    for eye in camera.eyes:
        middle = eye.middle.round().astype(int)
        half = round(0.06 * rig.face.unit)
        lid = frame[middle[1] - 2 : middle[1] + 3, middle[0] - half : middle[0] + half]
        assert np.abs(np.diff(lid, axis=1)).mean() < 3.0
