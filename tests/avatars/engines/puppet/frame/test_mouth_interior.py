"""Tongue and teeth as an open mouth shows them."""

from collections.abc import Callable

import numpy as np
import pytest

from avatars.engines.base import Mode
from avatars.engines.puppet.face.colours import LUMA, palette
from avatars.engines.puppet.face.geometry import anatomy
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.face.segmentation import PersonMask
from avatars.engines.puppet.face.topology import LOWER_RINGS, UPPER_RINGS
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.frame.mouth_interior import opening, own_teeth_colour, paint
from avatars.engines.puppet.frame.mouth_layout import AT_TEETH
from avatars.engines.puppet.frame.warp import Pose
from avatars.engines.puppet.motion.planner import smiling
from avatars.engines.puppet.motion.visemes import BETWEEN_TEETH, LATERAL, OPEN, OPEN_MIDDLE, Viseme
from avatars.engines.puppet.rig.expressions import JAW_DROP
from avatars.engines.puppet.rig.parameters import LIPS, Expression, Head
from avatars.engines.puppet.rig.rig import Rig, build
from avatars.portraits import samples
from avatars.portraits.portrait_validation import load
from tests.avatars.support import drawings
from tests.support.paths import DATA, PHOTOGRAPH

NEAR_LIPS = (*UPPER_RINGS[1][2:-2], *LOWER_RINGS[1][2:-2])


@pytest.fixture(scope="module")
def drawn() -> dict[str, Rig]:
    return {name: build(drawings.draw(name, height=720), FaceMesh(), PersonMask()) for name in samples.NAMES}


def shaped(shape: Viseme, *, tongue: float | None = None) -> Pose:
    """The pose of a shape of the mouth, with another tongue if told."""
    pose = np.zeros(len(Expression), np.float32)
    pose[Expression.NEUTRAL] = 1
    pose[list(LIPS)] = shape.shape
    if tongue is not None:
        pose[Expression.TONGUE] = tongue
    return pose


def down_the_mouth(rig: Rig, pose: Pose) -> Callable[[float], np.ndarray]:
    """The colour in the middle of the mouth, so far from the upper lip to the lower."""
    camera, still = Camera(rig, Mode.LIPSYNC), np.zeros(len(Head), np.float32)
    frame = camera.frame(pose, still, 0.0)
    lips = camera.mouth.contours(pose, still)
    middle = lips.high.shape[1] // 2
    high, low = float(lips.high[0, middle]), float(lips.low[0, middle])
    corner = rig.face.mouth + np.array([rig.region.left, rig.region.top])

    def colour(share: float) -> np.ndarray:
        x, y = (corner + rig.face.down * (high + (low - high) * share)).round().astype(int)
        return np.asarray(np.median(frame[y - 1 : y + 2, x - 4 : x + 5].reshape(-1, 3), axis=0))

    return colour


@pytest.mark.parametrize(("name", "redder"), [("photograph", 35), ("xiao", 25)])
def test_a_wide_vowel_shows_the_tongue_before_the_dark(name: str, redder: int) -> None:
    rig = build(load(PHOTOGRAPH) if name == "photograph" else drawings.draw(name, height=720), FaceMesh(), PersonMask())
    seen = down_the_mouth(rig, shaped(OPEN))
    assert seen(0.65)[0] > seen(0.45)[0] + redder


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_tongue_is_at_the_teeth_for_l(name: str, drawn: dict[str, Rig]) -> None:
    raised, low = (down_the_mouth(drawn[name], shaped(LATERAL, tongue=tongue)) for tongue in (LATERAL.tongue, 0))
    # The upper half is the teeth, which it is behind.
    assert np.abs(raised(0.3) - low(0.3)).max() < 8
    assert raised(0.7)[0] > low(0.7)[0] + 60


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_tongue_is_between_the_teeth_for_th(name: str, drawn: dict[str, Rig]) -> None:
    out, behind = (down_the_mouth(drawn[name], shaped(BETWEEN_TEETH, tongue=tongue)) for tongue in (1.0, AT_TEETH))
    red, green, _blue = out(0.8)
    assert red > green + 40
    assert out(0.6)[1] < behind(0.6)[1] - 20


@pytest.fixture(scope="module")
def smile() -> Rig:
    return build(load(DATA / "eileen_collins.jpg"), FaceMesh(), PersonMask())


def test_long_teeth_hide_a_tongue_that_would_look_like_a_gap(smile: Rig) -> None:
    mouth = Camera(smile, Mode.LIPSYNC).mouth
    assert mouth.layout(shaped(BETWEEN_TEETH)).front.shown == 0
    assert mouth.layout(shaped(OPEN, tongue=1.0)).front.shown == 1


def test_a_smile_that_opens_keeps_its_lower_teeth_behind_the_lip(smile: Rig) -> None:
    mouth = Camera(smile, Mode.LIPSYNC).mouth
    pose = smiling(shaped(OPEN_MIDDLE)[None], float(smile.face.gaps.max()))[0]
    lower = next(part for part in mouth.layout(pose).inside if part.sprite is mouth.interior.lower_teeth)
    assert lower.down > JAW_DROP * pose[Expression.JAW] + 0.02


def test_rounded_lips_bring_no_teeth_along(smile: Rig) -> None:
    between = opening(smile.picture, smile.face) > 0
    filled = Camera(smile, Mode.LIPSYNC).mouth.lips
    before, after = (np.percentile(picture[between] @ LUMA, 90) for picture in (smile.picture, filled))
    lips = smile.face.points[list(NEAR_LIPS), :2].round().astype(int)
    assert before > after + 20
    assert after < np.percentile(smile.picture[lips[:, 1], lips[:, 0]] @ LUMA, 90) + 10


def test_teeth_low_in_the_mouth_are_not_taken_for_the_upper_ones() -> None:
    picture = load(DATA / "eileen_collins.jpg")
    face = anatomy(FaceMesh().find(picture)[0].points)
    colours = palette(picture, face)
    assert paint(picture, face, colours, 0.0).owns_teeth
    rows, columns = np.nonzero(opening(picture, face))
    down = face.in_mouth(np.stack([columns, rows], axis=-1).astype(np.float64))[:, 1]
    picture[rows, columns] = np.where((down > np.quantile(down, 0.6))[:, None], 235, (60, 20, 20))
    assert not paint(picture, face, colours, 0.0).owns_teeth


@pytest.mark.parametrize("name", ["eileen_collins", "grace_hopper"])
def test_teeth_in_the_shade_are_not_grey(name: str) -> None:
    picture = load(DATA / f"{name}.jpg")
    face = anatomy(FaceMesh().find(picture)[0].points)
    colours = own_teeth_colour(picture, face, palette(picture, face))
    teeth = paint(picture, face, colours, 0.0).lower_teeth
    red, _green, blue = teeth[teeth[..., 3] > 0.5][:, :3].mean(axis=0)
    assert red / blue > 1.08 * colours.teeth[0] / colours.teeth[2]
