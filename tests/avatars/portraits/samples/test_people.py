"""The two sample portraits look at you, and the face mesh finds every feature where it was drawn."""

import io
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from avatars.engines.puppet.face.mesh import Face, FaceMesh
from avatars.portraits import samples
from avatars.portraits.samples.curves import Pair, both_halves, closed, line, mirrored
from avatars.portraits.samples.painter import ORIGIN, UNITS_HIGH
from avatars.portraits.samples.people import RAN, XIAO, Person
from tests.avatars.support import drawings

Floats = NDArray[np.float64]

PEOPLE = {"xiao": XIAO, "ran": RAN}
LIPS_ABOVE = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIPS_BELOW = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_ABOVE = (191, 80, 81, 82, 13, 312, 311, 310, 415)
INNER_BELOW = (95, 88, 178, 87, 14, 317, 402, 318, 324)
LIDS_ABOVE = (362, 398, 384, 385, 386, 387, 388, 466, 263)
LIDS_BELOW = (362, 382, 381, 380, 374, 373, 390, 249, 263)
LOWER_OVAL = (288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58)
IRISES = (473, 468)


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh()


@pytest.fixture(scope="module")
def portraits() -> dict[str, NDArray[np.uint8]]:
    """As `samples` drew them in this run."""
    return {name: drawings.draw(name) for name in samples.NAMES}


@pytest.fixture(scope="module")
def faces(mesh: FaceMesh, portraits: dict[str, NDArray[np.uint8]]) -> dict[str, list[Face]]:
    return {name: mesh.find(picture) for name, picture in portraits.items()}


def units(face: Face, indices: Sequence[int], height: int = 960) -> Floats:
    """The mesh's points in the units of the drawing."""
    return np.asarray(face.points[list(indices), :2] * UNITS_HIGH / height - np.array(ORIGIN))


def distances(points: Floats, drawn: Floats) -> Floats:
    """How far each point lies from a drawn line."""
    start, step = drawn[:-1], np.diff(drawn, axis=0)
    share = np.einsum("pnk,nk->pn", points[:, None] - start, step) / np.maximum((step**2).sum(1), 1e-9)
    nearest = start + np.clip(share, 0, 1)[..., None] * step
    return np.asarray(np.hypot(*np.moveaxis(points[:, None] - nearest, -1, 0)).min(axis=1))


def across(half: Sequence[Pair]) -> Floats:
    """A line of the mouth over both halves of the face."""
    right = np.asarray(half, dtype=np.float64)
    return line(np.concatenate([mirrored(right[:0:-1]), right]))


def only(faces: dict[str, list[Face]], name: str) -> tuple[Face, Person]:
    assert len(faces[name]) == 1
    return faces[name][0], PEOPLE[name]


def test_there_is_a_woman_and_a_man(portraits: dict[str, NDArray[np.uint8]]) -> None:
    assert samples.NAMES == ("xiao", "ran")
    assert np.abs(portraits["xiao"].astype(int) - portraits["ran"]).mean() > 10


@pytest.mark.parametrize("name", ["xiao", pytest.param("ran", marks=pytest.mark.thorough)])
def test_a_portrait_is_the_same_on_every_call(name: str) -> None:
    assert np.array_equal(samples.draw(name, height=480), samples.draw(name, height=480))


@pytest.mark.parametrize(("height", "width"), [(320, 240), (646, 484)])
def test_a_portrait_has_the_size_that_was_asked_for(height: int, width: int) -> None:
    picture = samples.draw("xiao", height=height)
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError):
        samples.draw("nobody")


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_file_is_a_png_below_a_megabyte(name: str, portraits: dict[str, NDArray[np.uint8]]) -> None:
    data = drawings.png(name)
    assert len(data) < 1_000_000
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), portraits[name])


@pytest.mark.parametrize("name", samples.NAMES)
def test_one_face_is_found_looking_at_the_viewer(name: str, faces: dict[str, list[Face]]) -> None:
    face, _ = only(faces, name)
    assert face.score > 0.9
    assert abs(face.yaw) < 3
    assert face.eye_distance >= 0.22 * 720


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_mesh_lies_on_the_drawn_lips(name: str, faces: dict[str, list[Face]]) -> None:
    face, person = only(faces, name)
    above = distances(units(face, LIPS_ABOVE), across(person.build.upper_lip))
    below = distances(units(face, LIPS_BELOW), across(person.build.lower_lip))
    seam = distances(units(face, INNER_ABOVE + INNER_BELOW), across(person.build.seam))
    assert np.median([*above, *below]) < 0.012 * drawn_eye_distance(person)
    assert max(*above, *below) < 0.022 * drawn_eye_distance(person)
    assert seam.max() < 0.015 * drawn_eye_distance(person)


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_closed_mouth_is_measured_as_closed(name: str, faces: dict[str, list[Face]]) -> None:
    face, _ = only(faces, name)
    gaps = np.abs(units(face, INNER_ABOVE) - units(face, INNER_BELOW))[:, 1]
    assert gaps.max() < 0.02 * face.eye_distance


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_mesh_lies_on_the_drawn_eyes(name: str, faces: dict[str, list[Face]]) -> None:
    face, person = only(faces, name)
    upper = distances(units(face, LIDS_ABOVE), line(person.build.upper_lid))
    lower = distances(units(face, LIDS_BELOW), line(person.build.lower_lid))
    assert max(*upper, *lower) < 0.03 * drawn_eye_distance(person)
    x, y, radius = person.build.iris
    drawn = np.array([(x, y), (-x, y)])
    assert np.hypot(*(units(face, IRISES) - drawn).T).max() < radius / 3


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_mesh_ends_where_the_chin_ends(name: str, faces: dict[str, list[Face]]) -> None:
    face, person = only(faces, name)
    jaw = distances(units(face, LOWER_OVAL), closed(both_halves(person.build.face)))
    assert jaw.max() < 0.05 * drawn_eye_distance(person)


def drawn_eye_distance(person: Person) -> float:
    """Units between the drawn outer corners of the eyes."""
    return 2.0 * person.build.upper_lid[-1][0]
