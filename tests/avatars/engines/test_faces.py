"""Face detection finds and measures each face once, wherever it is."""

import time

import cv2
import numpy as np
import pytest

from avatars.engines.base import Picture
from avatars.engines.faces import CLEAR, COVERED
from avatars.engines.puppet.face.findings import look
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.portraits.portrait_validation import load
from tests.support.paths import PHOTOGRAPH

# Left, top and width of the same photograph in a group: eye distances from 109 down to 38 pixels.
PLACES = ((60, 40, 480), (620, 560, 240), (1050, 100, 200), (900, 700, 180), (1250, 480, 170))


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh()


@pytest.fixture(scope="module")
def photograph() -> Picture:
    return load(PHOTOGRAPH)


@pytest.fixture(scope="module")
def group(photograph: Picture) -> Picture:
    canvas = np.full((1000, 1440, 3), (150, 160, 170), np.uint8)
    for left, top, width in PLACES:
        small = cv2.resize(photograph, (width, width * 600 // 512), interpolation=cv2.INTER_AREA)
        canvas[top : top + small.shape[0], left : left + width] = small
    return canvas


def test_every_face_of_a_group_is_found_once_with_its_place(mesh: FaceMesh, group: Picture) -> None:
    faces = mesh.find(group, thorough=True)
    assert len(faces) == len(PLACES)
    for face, (left, top, width) in zip(faces, PLACES, strict=True):
        assert face.score > 0.5
        assert face.points.shape == (478, 3)
        assert face.eye_distance == pytest.approx(116 * width / 512, rel=0.08)
        assert left < face.box[0] < face.box[2] < left + width
        assert top < face.box[1] < face.box[3] < top + width * 600 / 512


def test_a_small_face_alone_is_found_without_being_asked_to_be_thorough(mesh: FaceMesh, photograph: Picture) -> None:
    canvas = np.full((1440, 1440, 3), 128, np.uint8)
    canvas[720:907, 100:260] = cv2.resize(photograph, (160, 187), interpolation=cv2.INTER_AREA)
    assert len(mesh.find(canvas)) == 1


def test_a_face_cut_by_every_part_is_one_face(mesh: FaceMesh, photograph: Picture) -> None:
    canvas = np.full((1000, 1000, 3), 128, np.uint8)
    canvas[200:800, 244:756] = photograph
    assert len(mesh.find(canvas, thorough=True)) == 1


def test_a_turn_of_the_head_has_a_side(mesh: FaceMesh, photograph: Picture) -> None:
    face = mesh.find(photograph)[0]
    mirrored = mesh.find(np.ascontiguousarray(photograph[:, ::-1]))[0]
    assert abs(face.yaw) < 8
    assert mirrored.yaw == pytest.approx(-face.yaw, abs=2.5)


def test_looking_everywhere_takes_no_time_to_speak_of(mesh: FaceMesh, group: Picture) -> None:
    began = time.process_time()
    mesh.find(group, thorough=True)
    assert time.process_time() - began < 0.5


def covered(photograph: Picture, points: tuple[int, ...], width: float, height: float) -> Picture:
    """The photograph with a dark patch over each of these points of the face, sizes in eye distances."""
    face = look(photograph)[0]
    picture = photograph.copy()
    for point in points:
        x, y = face.points[point]
        axes = round(width * face.eye_distance), round(height * face.eye_distance)
        cv2.ellipse(picture, (round(x), round(y)), axes, 0, 0, 360, (30, 30, 40), -1)
    return picture


def test_all_faces_are_described_by_plain_values(group: Picture) -> None:
    faces = look(group, doubts=2)
    assert [face.eye_distance for face in faces] == sorted((face.eye_distance for face in faces), reverse=True)
    assert len(faces) == len(PLACES)
    for i, face in enumerate(faces):
        assert len(face.points) == 478
        assert 0.5 < face.score <= 1
        assert face.gap < 0.02
        assert (face.mouth_doubt is None) == (face.eyes_doubt is None) == (i >= 2)


def test_a_large_picture_has_its_places_in_its_own_pixels(photograph: Picture) -> None:
    face = look(photograph)[0]
    large = look(cv2.resize(photograph, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC))[0]
    assert large.eye_distance == pytest.approx(5 * face.eye_distance, rel=0.02)
    assert large.box == pytest.approx([5 * edge for edge in face.box], abs=0.1 * face.eye_distance)


def test_turns_have_a_direction(photograph: Picture) -> None:
    face, mirrored = look(photograph)[0], look(np.ascontiguousarray(photograph[:, ::-1]))[0]
    assert mirrored.roll == pytest.approx(-face.roll, abs=1.5)
    turn = cv2.getRotationMatrix2D((256, 200), 10, 1)
    turned = look(cv2.warpAffine(photograph, turn, (512, 600), borderMode=cv2.BORDER_REPLICATE))[0]
    # Turned against the clock: its left side in the picture is the lower one.
    assert turned.roll == pytest.approx(face.roll - 10, abs=1.5)


def test_what_covers_the_mouth_or_the_eyes_raises_a_doubt(photograph: Picture) -> None:
    plain = look(photograph)[0]
    assert plain.mouth_doubt is not None
    assert plain.eyes_doubt is not None
    assert max(plain.mouth_doubt, plain.eyes_doubt) < CLEAR
    masked = look(covered(photograph, (13,), 0.65, 0.5))[0]
    assert masked.mouth_doubt is not None
    assert masked.mouth_doubt > COVERED
    shaded = look(covered(photograph, (159, 386), 0.3, 0.2))[0]
    assert shaded.eyes_doubt is not None
    assert shaded.eyes_doubt > COVERED
