"""Pictures that lie on their side or stand on their head are turned upright; a head may tilt."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from avatars.engines.base import Picture
from avatars.portraits import orientation
from avatars.portraits.portrait_validation import check, examine, kept, load
from tests.avatars.support import drawings
from tests.avatars.support.vision.portrait_faults import turned
from tests.support.paths import DATA, PHOTOGRAPH


def make_file(picture: Picture) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module", params=["photograph", "xiao"])
def upright(request: pytest.FixtureRequest) -> Picture:
    return load(PHOTOGRAPH if request.param == "photograph" else drawings.png("xiao"))


@pytest.mark.parametrize("quarters", [1, *(pytest.param(turn, marks=pytest.mark.thorough) for turn in (2, 3))])
def test_a_picture_that_lies_is_turned_upright(upright: Picture, quarters: int) -> None:
    height, width = upright.shape[:2]
    data = make_file(np.rot90(upright, quarters))
    found = check(data)
    assert (found.turn, found.width, found.height) == (90 * quarters, width, height)
    assert found.remarks == ("turned_upright",)
    assert abs(found.face.roll) < 5
    at_rest = check(make_file(upright))
    assert at_rest.turn == 0
    assert found.face.box == pytest.approx(at_rest.face.box, abs=0.1 * found.face.eye_distance)
    again = Image.open(io.BytesIO(kept(data, found)))
    assert np.abs(np.asarray(again).astype(int) - upright).mean() < 2
    assert kept(make_file(upright), at_rest) == b""


@pytest.mark.thorough
def test_the_chosen_of_two_lying_faces_is_upright_in_what_is_kept() -> None:
    one = load(PHOTOGRAPH)
    data = make_file(np.rot90(np.hstack([one, one[:, ::-1]])))
    assert (examine(data).flaw, examine(data).turn) == ("several_faces", 90)
    found = check(data, face=1)
    assert found.cut is not None
    again = check(kept(data, found))
    assert (len(again.faces), again.turn) == (1, 0)


@pytest.mark.parametrize(("by", "remarks"), [(15, ()), (-15, ()), (30, ("tilted",)), (-40, ("tilted",))])
def test_a_tilt_is_mentioned_from_where_it_is_no_pose(by: float, remarks: tuple[str, ...]) -> None:
    found = check(make_file(turned(load(PHOTOGRAPH), 116, by=by)))
    assert found.remarks == remarks
    assert found.face.roll == pytest.approx(by - 3, abs=3)


def test_a_covered_mouth_does_not_turn_a_picture_over() -> None:
    picture = load(PHOTOGRAPH)
    x, y = check(PHOTOGRAPH.read_bytes()).face.points[13]
    cv2.ellipse(picture, (round(x), round(y)), (75, 58), 0, 0, 360, (30, 30, 40), -1)
    found = examine(make_file(picture))
    assert (found.flaw, found.turn) == ("mouth_covered", 0)


def test_what_only_resembles_a_face_is_no_second_speaker() -> None:
    found = check((DATA / "eileen_collins.jpg").read_bytes())
    assert len(found.faces) == 1
    assert found.remarks == ("face_small",)


def test_a_picture_without_a_face_stays_as_it_is() -> None:
    picture = np.random.default_rng(1).integers(90, 160, (300, 400, 3), dtype=np.uint8)
    assert orientation.upright(picture)[1:] == (0, ())
