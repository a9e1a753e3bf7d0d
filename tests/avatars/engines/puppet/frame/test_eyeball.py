"""Eyes that look beside the camera: the iris goes there whole, the lids follow, nothing else moves."""

import cv2
import numpy as np
import pytest

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.face.geometry import anatomy
from avatars.engines.puppet.face.topology import EYES
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.frame.eyeball import RADIUS, eyeball
from avatars.engines.puppet.frame.eyelid_skin import Axes
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.portraits import samples
from avatars.portraits.portrait_validation import load
from tests.avatars.support import drawings
from tests.avatars.support.drawings import KeptPuppet
from tests.support.paths import PHOTOGRAPH

STILL = np.zeros(len(Head), np.float32)
FACE = np.eye(len(Expression), dtype=np.float32)[Expression.NEUTRAL]


@pytest.fixture(scope="module", params=["photograph", *samples.NAMES])
def camera(request: pytest.FixtureRequest) -> Camera:
    portrait = load(PHOTOGRAPH) if request.param == "photograph" else drawings.draw(request.param, height=960)
    return Camera(KeptPuppet(device="cpu").rig(portrait), Mode.ENHANCED_TALKING_HEAD)


def look(camera: Camera, right: float = 0.0, down: float = 0.0) -> Picture:
    """What the rig's region shows when the eyes look there, degrees."""
    frame = camera.frame(FACE, STILL, 0.0, np.array([right, down], np.float32))
    return frame[camera._rig.region.area].copy()


def pupils(camera: Camera) -> list[np.ndarray]:
    return [camera._rig.face.points[points.iris[0], :2] for points in EYES]


def radius(camera: Camera) -> float:
    points = camera._rig.face.points[list(EYES[0].iris), :2]
    return float(np.linalg.norm(points[1:] - points[0], axis=1).mean())


@pytest.mark.parametrize("right", [-8.0, 8.0])
def test_the_iris_goes_where_the_eyes_look_and_stays_as_it_is(camera: Camera, right: float) -> None:
    straight, aside = look(camera), look(camera, right)
    asked = RADIUS * camera._rig.face.unit * np.sin(np.radians(right))
    half = round(0.6 * radius(camera))
    for x, y in pupils(camera):
        part = straight[int(y) - half : int(y) + half, int(x) - half : int(x) + half]
        reach = half + 8
        around = aside[int(y) - half : int(y) + half, int(x) - reach : int(x) + reach]
        found = cv2.matchTemplate(around, part, cv2.TM_CCOEFF_NORMED)[0]
        assert found.max() > 0.93, "a round iris stays round"
        assert int(found.argmax()) - 8 == pytest.approx(asked, abs=1.0)


def test_only_the_eyes_change_when_they_look_aside(camera: Camera) -> None:
    changed = np.abs(look(camera, 8.0).astype(int) - look(camera)).max(axis=2) > 3
    eyes = np.zeros_like(changed)
    for eye in camera.eyes:
        box = eye.pixels
        y, x = np.mgrid[box.top : box.bottom, box.left : box.right]
        u, v = ((np.stack([x, y], axis=-1) - eye.middle) @ axis for axis in (eye.along, eye.down))
        upper, lower = (np.interp(u, eye.curves.steps, line) for line in (eye.curves.upper, eye.curves.lower))
        margin = 0.02 * camera._rig.face.unit
        eyes[box.area] |= (v > upper - margin) & (v < lower + margin)
    assert changed.any()
    assert not changed[~eyes].any()


@pytest.mark.parametrize("camera", samples.NAMES, indirect=True)
def test_the_upper_lid_follows_the_eyes_up_and_down(camera: Camera) -> None:
    low, high = look(camera, 0.0, 4.0), look(camera, 0.0, -2.0)
    for (x, y), eye in zip(pupils(camera), camera.eyes, strict=True):
        lid = int(eye.middle[1] + np.interp(x - eye.middle[0], eye.curves.steps, eye.curves.upper))
        span = slice(lid - 12, int(y))
        dark = [picture[span, int(x) - 3 : int(x) + 4].mean(axis=(1, 2)) for picture in (low, high)]
        # Skin is light, lashes and iris are dark: where it gets dark the lid ends.
        ends = [int(np.argmax(column < (column.max() + column.min()) / 2)) for column in dark]
        assert ends[0] >= ends[1] + 1


def test_eyes_that_look_straight_are_those_of_the_portrait(camera: Camera) -> None:
    assert np.array_equal(look(camera), camera._rig.picture)


def test_the_eyes_of_a_turned_face_stay_straight(camera: Camera) -> None:
    eye, face = camera.eyes[0], camera._rig.face
    turn = np.radians(25 - face.yaw)
    matrix = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    middle = face.points.mean(axis=0)
    turned = anatomy((face.points - middle) @ matrix.T + middle)
    axes = Axes(middle=eye.middle, along=eye.along, down=eye.down, unit=eye.unit)
    assert eyeball(face, EYES[0], axes, eye.curves, eye.pixels).most > 0
    assert eyeball(turned, EYES[0], axes, eye.curves, eye.pixels).most == 0
