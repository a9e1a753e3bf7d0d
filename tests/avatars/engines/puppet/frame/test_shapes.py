"""The shapes of lips and lids as points, lines and colours, before any video."""

import numpy as np
import pytest

from avatars.engines.base import Picture
from avatars.engines.puppet.face.colours import palette
from avatars.engines.puppet.face.geometry import Anatomy, anatomy
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.face.topology import INNER_LOWER, INNER_UPPER, LOWER_LIP, MOUTH_LEFT, MOUTH_RIGHT
from avatars.engines.puppet.frame.mouth_interior import own_teeth_colour, paint
from avatars.engines.puppet.frame.mouth_layout import behind_lips, teeth_shown
from avatars.engines.puppet.rig.expressions import displacements, drawn_in
from avatars.engines.puppet.rig.parameters import Expression
from avatars.portraits.portrait_validation import load
from tests.avatars.support.vision import unseen_portrait
from tests.support.paths import DATA


def face_of(name: str) -> Anatomy:
    return measured(load(DATA / name))


def measured(picture: Picture) -> Anatomy:
    return anatomy(FaceMesh().find(picture)[0].points)


def bend(points: np.ndarray) -> float:
    """How far the middle of the mouth is below its corners, in parts of its width."""
    middle = points[[INNER_UPPER[5], INNER_LOWER[5]], 1].mean()
    corners = points[[MOUTH_LEFT, MOUTH_RIGHT]]
    return float((middle - corners[:, 1].mean()) / abs(corners[1, 0] - corners[0, 0]))


def test_a_smile_that_rounds_becomes_no_beak() -> None:
    face = face_of("eileen_collins.jpg")
    rounded = face.local + displacements(face)[Expression.ROUND]
    assert bend(face.local) > 0.05
    assert bend(rounded) < bend(face.local)
    assert rounded[MOUTH_RIGHT, 0] - rounded[MOUTH_LEFT, 0] < 0.75 * 2 * face.half_mouth


def test_a_laugh_rounds_less_than_a_smile_and_open_lips() -> None:
    smile, straight = face_of("eileen_collins.jpg"), face_of("grace_hopper.jpg")
    assert drawn_in(opened(smile, 0.12)) < 0.5 * drawn_in(smile)
    assert drawn_in(opened(straight, 0.22)) == drawn_in(straight)


def opened(face: Anatomy, by: float) -> Anatomy:
    """The face with its lower lip further down, eye distances."""
    points = face.points.copy()
    points[LOWER_LIP, :2] += by * face.unit * face.down
    return anatomy(points)


def test_a_straight_mouth_rounds_straight() -> None:
    face = face_of("grace_hopper.jpg")
    move = displacements(face)[Expression.ROUND]
    assert np.abs(move[[MOUTH_LEFT, MOUTH_RIGHT], 1]).max() < 0.02


@pytest.mark.parametrize("name", ["grace_hopper.jpg", "eileen_collins.jpg"])
def test_rounded_lips_touch_beside_the_corners(name: str) -> None:
    face = face_of(name)
    move = displacements(face)[Expression.ROUND]
    beside, middle = (move[INNER_LOWER[place], 1] - move[INNER_UPPER[place], 1] for place in (1, len(INNER_UPPER) // 2))
    assert abs(middle) < 0.01
    assert beside < -0.01


def test_pushed_lips_hide_the_teeth() -> None:
    assert teeth_shown(0.0) == teeth_shown(0.5) == 1
    assert 0 < teeth_shown(0.8) < 1
    assert teeth_shown(0.95) == 0


@pytest.mark.parametrize("name", ["grace_hopper.jpg", "eileen_collins.jpg"])
def test_teeth_go_behind_pushed_lips_rather_than_to_take_their_colour(name: str) -> None:
    picture = load(DATA / name)
    face = measured(picture)
    colours = palette(picture, face)
    interior = paint(picture, face, own_teeth_colour(picture, face, colours) if face.shows_teeth else colours, 0.0)
    assert interior.owns_teeth == (name == "eileen_collins.jpg")
    going = [behind_lips(pursed, interior) for pursed in np.linspace(0, 0.7, 15)]
    assert going[0] == 0
    assert np.diff(going).min() > -1e-9
    assert going[-1] > (0.08 if interior.owns_teeth else 0.04)


def test_teeth_are_as_light_in_dark_skin_and_darker_in_less_light() -> None:
    picture = load(unseen_portrait.png(height=480))
    face = measured(picture)
    fair, dim = palette(picture, face).teeth, palette((picture * 0.45).astype(np.uint8), face).teeth
    assert fair.min() > 150
    assert dim.max() < 0.8 * fair.min()
