"""Tongue and teeth as an open mouth shows them."""

import numpy as np
import pytest

from avatars.engines.base import Mode
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face.colours import palette
from avatars.engines.puppet.face.geometry import anatomy
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.frame.mouth_interior import own_teeth_colour, paint
from avatars.engines.puppet.motion.visemes import OPEN
from avatars.engines.puppet.rig.parameters import LIPS, Expression, Head
from avatars.portraits import samples
from avatars.portraits.validation import load
from tests.support.paths import DATA, PHOTOGRAPH


@pytest.mark.parametrize(("name", "redder"), [("photograph", 35), ("xiao", 25)])
def test_a_wide_vowel_shows_the_tongue_before_the_dark(name: str, redder: int) -> None:
    rig = Puppet(device="cpu").rig(load(PHOTOGRAPH if name == "photograph" else samples.png(name)))
    camera = Camera(rig, Mode.LIPSYNC)
    pose, still = np.zeros(len(Expression), np.float32), np.zeros(len(Head), np.float32)
    pose[Expression.NEUTRAL] = 1
    pose[list(LIPS)] = OPEN.shape
    frame = camera.frame(pose, still, 0.0)
    lips = camera.mouth.contours(pose, still)
    middle = lips.high.shape[1] // 2
    high, low = float(lips.high[0, middle]), float(lips.low[0, middle])
    corner = rig.face.mouth + np.array([rig.region.left, rig.region.top])

    def red(share: float) -> float:
        """In the middle of the mouth, so far from the upper lip to the lower."""
        x, y = (corner + rig.face.down * (high + (low - high) * share)).round().astype(int)
        return float(np.median(frame[y - 1 : y + 2, x - 4 : x + 5, 0]))

    assert red(0.65) > red(0.45) + redder


@pytest.mark.parametrize("name", ["eileen_collins", "grace_hopper"])
def test_teeth_in_the_shade_are_not_grey(name: str) -> None:
    picture = load(DATA / f"{name}.jpg")
    face = anatomy(FaceMesh().find(picture)[0].points)
    colours = own_teeth_colour(picture, face, palette(picture, face))
    teeth = paint(picture, face, colours, 0.0).lower_teeth
    red, _green, blue = teeth[teeth[..., 3] > 0.5][:, :3].mean(axis=0)
    assert red / blue > 1.08 * colours.teeth[0] / colours.teeth[2]
