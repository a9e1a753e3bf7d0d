"""The skin of a lid that has come down."""

import cv2
import numpy as np
import pytest

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.face.colours import LUMA
from avatars.engines.puppet.face.geometry import Box
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.face.segmentation import PersonMask
from avatars.engines.puppet.face.topology import EYES
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.frame.eyelid_skin import Axes, Curves, skin
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import build
from avatars.portraits import samples
from tests.avatars.support import drawings

BRIDGE = 168
WARM = (220, 160, 125)
REST = np.eye(1, len(Expression), Expression.NEUTRAL, dtype=np.float32)[0]


def under_a_hat(picture: Picture, light: float) -> Picture:
    """The picture with less light from above the lower lids on."""
    face = FaceMesh().find(picture)[0]
    edge = max(face.points[list(eye.lower), 1].max() for eye in EYES) + 0.12 * face.eye_distance
    rows = (np.arange(picture.shape[0]) - edge) / (0.02 * face.eye_distance)
    share = light + (1 - light) / (1 + np.exp(-np.clip(rows, -50, 50)))
    return np.asarray(picture * share[:, None, None], np.uint8)


def with_lashes(colour: tuple[int, int, int]) -> tuple[Picture, Axes, Curves]:
    """Warm skin with an eye whose lashes are a dark band along the upper lid."""
    unit, flat = 100.0, np.zeros(48, np.float32)
    picture = np.full((120, 160, 3), WARM, np.uint8)
    picture[56:60, 40:120] = colour
    axes = Axes(middle=np.array([80.0, 60.0]), along=np.array([1.0, 0.0]), down=np.array([0.0, 1.0]), unit=unit)
    lines = {"brow": flat - 30, "top": flat - 8, "upper": flat, "shut": flat + 8, "lower": flat + 10}
    return picture, axes, Curves(start=-40.0, end=40.0, corners=(-36.0, 36.0), **lines)


@pytest.mark.parametrize(("colour", "warm"), [((104, 48, 8), True), ((44, 32, 25), False), ((30, 40, 90), False)])
def test_lashes_in_warm_light_are_no_bluer_than_they_were(colour: tuple[int, int, int], warm: bool) -> None:
    picture, axes, curves = with_lashes(colour)
    made = skin(picture, axes, curves, Box(left=30, top=40, right=130, bottom=90), drawn=False)
    if not warm:
        assert np.allclose(made.tint, 1, atol=0.03)
        return
    dark = np.array(WARM) * (1 - 0.6 * made.tint)
    assert dark[2] / dark[0] < 0.5 * WARM[2] / WARM[0]


@pytest.mark.parametrize("name", samples.NAMES)
def test_a_lid_in_shadow_is_as_dark_as_the_skin_beside_it(name: str) -> None:
    rig = build(under_a_hat(drawings.draw(name, height=720), 0.5), FaceMesh(), PersonMask())
    shut = Camera(rig, Mode.LIPSYNC).frame(REST, np.zeros(len(Head), np.float32), 1.0)[rig.region.area]
    light = cv2.GaussianBlur(shut, (0, 0), 2) @ LUMA
    for eye in EYES:
        upper, lower = (rig.face.points[list(ids)[4], :2] for ids in (eye.upper, eye.lower))
        lid = upper + (lower - upper) * 0.3
        places = lid, np.array([rig.face.points[BRIDGE, 0], lid[1]]), lower + rig.face.unit * np.array([0, 0.2])
        seen, beside, cheek = (light[int(y), int(x)] for x, y in places)
        assert seen - beside < 0.4 * (cheek - beside)
