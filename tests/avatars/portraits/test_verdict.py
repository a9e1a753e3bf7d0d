"""Light, sharpness, open and covered mouths: what is refused, what is mentioned, and what is nothing of either."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.portraits import samples
from avatars.portraits.findings import Examined
from avatars.portraits.portrait_validation import check, examine, load
from tests.avatars.support import drawings
from tests.avatars.support.vision.portrait_faults import FAULTS, unit
from tests.support.paths import PHOTOGRAPH


def look(picture: Picture) -> Examined:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return examine(out.getvalue())


@pytest.fixture(scope="module")
def photograph() -> Picture:
    return load(PHOTOGRAPH)


@pytest.mark.parametrize(
    ("fault", "flaw", "remarks"),
    [
        pytest.param("light × 0.4", "", (), marks=pytest.mark.thorough),
        ("light × 0.1", "", ("dark",)),
        ("light × 0.02", "too_dark", ()),
        pytest.param("light × 2", "", ("bright",), marks=pytest.mark.thorough),
        ("light × 8", "too_bright", ()),
        pytest.param("left × 0.5", "", (), marks=pytest.mark.thorough),
        ("left × 0.2", "", ("side_shadow",)),
        pytest.param("blurred 0.01", "", (), marks=pytest.mark.thorough),
        ("blurred 0.03", "", ("soft",)),
        ("blurred 0.06", "blurred", ()),
    ],
)
def test_what_is_wrong_with_light_or_sharpness_is_named(
    photograph: Picture, fault: str, flaw: str, remarks: tuple[str, ...]
) -> None:
    found = look(FAULTS[fault](photograph, unit(photograph)))
    assert (found.flaw, found.remarks) == (flaw, remarks)


def test_a_blur_is_not_taken_for_a_mask() -> None:
    picture = load(drawings.png("ran"))
    assert look(FAULTS["enlarged 14 px"](picture, unit(picture))).remarks == ("soft",)
    assert look(FAULTS["blurred 0.06"](picture, unit(picture))).flaw == "blurred"


@pytest.mark.parametrize("name", samples.NAMES)
def test_a_slight_blur_is_mentioned(name: str) -> None:
    picture = load(drawings.png(name))
    assert look(FAULTS["blurred 0.02"](picture, unit(picture))).remarks == ("soft",)


def test_dark_skin_is_not_taken_for_little_light() -> None:
    found = check(drawings.png("stranger"))
    assert found.remarks == ()


def test_the_darker_side_is_marked(photograph: Picture) -> None:
    face = check(PHOTOGRAPH.read_bytes()).face
    for side, picture in enumerate((photograph, photograph[:, ::-1])):
        lit = FAULTS["left × 0.2"](np.ascontiguousarray(picture), face.eye_distance)
        (place,) = look(lit if side == 0 else np.ascontiguousarray(lit[:, ::-1])).places_of("side_shadow")
        middle = (face.box[0] + face.box[2]) / 2 / 512
        centre = place.x + place.width / 2
        assert (centre < middle) == (side == 0)


def opened_wide(photograph: Picture) -> Picture:
    rig = Puppet().rig(photograph)
    pose = np.zeros(len(Expression), np.float32)
    pose[Expression.JAW], pose[Expression.RAISE] = 1.4, 0.3
    return Camera(rig, Mode.ENHANCED_LIPSYNC).frame(pose, np.zeros(len(Head), np.float32), 0.0).copy()


def test_an_open_mouth_is_named_as_such_and_marked(photograph: Picture) -> None:
    found = look(opened_wide(photograph))
    assert (found.flaw, found.remarks[0]) == ("", "mouth_open")
    (place,) = found.places_of("mouth_open")
    x, y = found.face.points[13]
    assert place.x < x / found.width < place.x + place.width
    assert place.y < y / found.height < place.y + place.height
    assert place.width < 0.3


@pytest.mark.thorough
def test_a_microphone_before_the_mouth_is_no_open_mouth(photograph: Picture) -> None:
    face = check(PHOTOGRAPH.read_bytes()).face
    for open_mouth in (photograph, opened_wide(photograph)):
        picture = open_mouth.copy()
        x, y = (round(place) for place in face.points[14])
        cv2.rectangle(picture, (x - 14, y + 14), (x + 14, y + 150), (40, 40, 45), -1)
        cv2.circle(picture, (x, y + 14), 32, (25, 25, 28), -1, cv2.LINE_AA)
        assert look(picture).flaw in ("mouth_covered", "mouth_stays_open")


def test_sunglasses_are_named_where_points_stay(photograph: Picture) -> None:
    picture = photograph.copy()
    for point in (159, 386):
        x, y = (round(place) for place in check(PHOTOGRAPH.read_bytes()).face.points[point])
        cv2.ellipse(picture, (x, y), (35, 26), 0, 0, 360, (15, 15, 20), -1)
    found = look(picture)
    assert found.flaw == "eyes_covered"
    assert len(found.places_of("eyes_covered")) == 1


def test_a_face_at_the_edge_is_mentioned_and_a_cut_one_refused(photograph: Picture) -> None:
    left, _top, _right, _bottom = (round(edge) for edge in check(PHOTOGRAPH.read_bytes()).face.box)
    assert look(np.ascontiguousarray(photograph[:, left + 27 :])).remarks == ("face_at_edge",)
    cut = look(np.ascontiguousarray(photograph[:, left + 60 :]))
    assert cut.flaw == "face_cut_off"
    assert all(0 <= place.x <= place.x + place.width <= 1 for place in cut.places)


def test_faces_behind_are_marked_one_by_one(photograph: Picture) -> None:
    scene = np.full((600, 1200, 3), 130, np.uint8)
    scene[:, :512] = photograph
    small = cv2.resize(photograph, (180, 210), interpolation=cv2.INTER_AREA)
    for left in (620, 900):
        scene[200:410, left : left + 180] = small
    found = look(scene)
    assert [round(place.x, 1) for place in sorted(found.places_of("others_behind"), key=lambda place: place.x)] == [
        pytest.approx(0.6, abs=0.05),
        pytest.approx(0.8, abs=0.05),
    ]


def test_a_finding_about_the_whole_picture_has_no_place(photograph: Picture) -> None:
    assert look(np.ascontiguousarray(np.rot90(photograph))).places == ()
