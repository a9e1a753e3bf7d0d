"""Glasses are found by what they are made of, and told from brows, wrinkles and shadows."""

import cv2
import numpy as np
import pytest

from avatars.engines.base import Picture
from avatars.engines.puppet.face.geometry import Anatomy, anatomy
from avatars.engines.puppet.face.glasses import glasses
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.face.topology import EYE_LEFT, EYE_RIGHT, EYES
from avatars.portraits import samples
from avatars.portraits.portrait_validation import load
from tests.avatars.support import drawings
from tests.support.paths import DATA, PHOTOGRAPH

BLACK, GLASS = (25, 22, 22), (40, 44, 42)


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh()


def bare() -> Picture:
    """A face without glasses, twice as large as it ships."""
    return np.asarray(cv2.resize(load(DATA / "eileen_collins.jpg"), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))


def wearing(picture: Picture, face: Anatomy, *, bridge: bool = True, arms: bool = True, dark: bool = False) -> Picture:
    """The face with a frame drawn on it, or a part of one."""
    drawn, thick = picture.copy(), max(2, round(0.04 * face.unit))
    level = face.points[[EYE_LEFT, EYE_RIGHT], :2]
    along = np.array([face.unit, 0])
    middles = [face.points[[*eye.upper, *eye.lower], :2].mean(axis=0) for eye in EYES]
    for middle, outer, away in zip(middles, level, (-1, 1), strict=True):
        centre, half = middle.round().astype(int), (round(0.24 * face.unit), round(0.19 * face.unit))
        if dark:
            cv2.ellipse(drawn, tuple(centre.tolist()), half, 0, 0, 360, GLASS, -1)
        cv2.ellipse(drawn, tuple(centre.tolist()), half, 0, 0, 360, BLACK, thick)
        if arms:
            ends = middle + away * 0.22 * along, outer + away * 0.3 * along
            cv2.polylines(drawn, [np.stack(ends).round().astype(np.int32)], False, BLACK, thick)
    if bridge:
        ends = middles[0] + 0.22 * along, middles[1] - 0.22 * along
        cv2.polylines(drawn, [np.stack(ends).round().astype(np.int32)], False, BLACK, thick)
    return drawn


def test_a_photographed_person_wears_them(mesh: FaceMesh) -> None:
    picture = load(PHOTOGRAPH)
    found = glasses(picture, anatomy(mesh.find(picture)[0].points))
    assert found is not None
    assert not found.opaque


@pytest.mark.parametrize("name", [*samples.NAMES, "stranger", "photograph"])
def test_a_bare_face_has_none(mesh: FaceMesh, name: str) -> None:
    picture = bare() if name == "photograph" else None
    if picture is None:
        picture = drawings.draw(name)
    assert glasses(picture, anatomy(mesh.find(picture)[0].points)) is None


def test_a_frame_is_found_and_a_part_of_one_is_not(mesh: FaceMesh) -> None:
    picture = bare()
    face = anatomy(mesh.find(picture)[0].points)
    whole = glasses(wearing(picture, face), face)
    assert whole is not None
    assert not whole.opaque
    assert glasses(wearing(picture, face, bridge=False), face) is None
    assert glasses(wearing(picture, face, arms=False), face) is None


def test_sunglasses_let_no_blink_be_seen(mesh: FaceMesh) -> None:
    picture = bare()
    face = anatomy(mesh.find(picture)[0].points)
    found = glasses(wearing(picture, face, dark=True), face)
    assert found is not None
    assert found.opaque
