"""What moves with a breath, a lean and a turn of the head: shoulders, neck, and nothing of the wall."""

import numpy as np
import pytest

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.face.topology import CHIN
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import Rig
from avatars.portraits.portrait_validation import load
from tests.avatars.support import drawings
from tests.avatars.support.drawings import KeptPuppet
from tests.support.paths import DATA, PHOTOGRAPH

FACE = np.zeros(len(Expression), np.float32)
PORTRAITS = {
    "photograph": lambda: load(PHOTOGRAPH),
    "close": lambda: np.ascontiguousarray(load(PHOTOGRAPH)[40:360, 110:430]),
    "standing": lambda: load(DATA / "eileen_collins.jpg"),
    "drawn": lambda: drawings.draw("xiao", height=640),
}


@pytest.fixture(scope="module", params=list(PORTRAITS))
def rig(request: pytest.FixtureRequest) -> Rig:
    portrait: Picture = PORTRAITS[request.param]()
    return KeptPuppet(device="cpu").rig(portrait)


def moved(rig: Rig, **amounts: float) -> np.ndarray:
    """How far every pixel that can move has come, (height, width, 2): right and down, in eye distances."""
    head = np.zeros(len(Head), np.float32)
    for name, amount in amounts.items():
        head[Head[name.upper()]] = amount
    flow = Camera(rig, Mode.TALKING_HEAD).flow
    return (flow.place - flow.source(FACE, head)) / np.float32(rig.face.unit)


def at(rig: Rig, way: np.ndarray, down: float, right: float = 0.0) -> np.ndarray:
    """The way of the pixel so many eye distances below the chin and right of it."""
    box = Camera(rig, Mode.TALKING_HEAD).flow.pixels
    x, y = rig.face.points[CHIN, :2] + rig.face.unit * np.array([right, down])
    found: np.ndarray = way[int(y) - box.top, int(x) - box.left]
    return found


@pytest.mark.parametrize("rig", ["photograph", "drawn"], indirect=True)
def test_shoulders_rise_with_a_breath_and_the_head_less(rig: Rig) -> None:
    way = moved(rig, breath=3.0)
    collar, nose = at(rig, way, 0.9), at(rig, way, -1.0)
    assert -0.032 < collar[1] < -0.02
    assert -0.015 < nose[1] < -0.005


@pytest.mark.parametrize("rig", ["photograph", "drawn"], indirect=True)
def test_the_chest_widens_with_a_breath(rig: Rig) -> None:
    way = moved(rig, breath=3.0)
    assert at(rig, way, 1.0, right=-0.8)[0] < -0.002
    assert at(rig, way, 1.0, right=0.8)[0] > 0.002


@pytest.mark.parametrize("rig", ["photograph", "drawn"], indirect=True)
def test_the_neck_follows_the_head(rig: Rig) -> None:
    way = moved(rig, right=3.0)
    head, throat, collar = (at(rig, way, down)[0] for down in (-0.9, 0.25, 1.0))
    assert head > throat > collar >= 0
    assert throat > 0.2 * head
    turned = moved(rig, yaw=3.0)
    assert abs(at(rig, turned, 0.3)[0]) < 0.3 * abs(at(rig, turned, -0.75)[0]), "it does not slide against the chin"


@pytest.mark.parametrize("rig", ["photograph", "drawn"], indirect=True)
def test_a_lean_takes_the_shoulders_along(rig: Rig) -> None:
    way = moved(rig, lean=0.25)
    head, collar = at(rig, way, -0.9)[0], at(rig, way, 0.9)[0]
    assert head > collar > 0.5 * head > 0


def test_nothing_is_fetched_from_beyond_the_picture(rig: Rig) -> None:
    flow = Camera(rig, Mode.TALKING_HEAD).flow
    for breath, lean in ((3.0, 0.3), (3.0, -0.3), (-1.0, 0.3), (-1.0, -0.3)):
        head = np.zeros(len(Head), np.float32)
        head[Head.BREATH], head[Head.LEAN] = breath, lean
        source = flow.source(FACE, head)
        assert source.min() > -0.05
        assert (source < np.array([rig.region.width, rig.region.height]) - 0.95).all()


def test_the_wall_does_not_breathe(rig: Rig) -> None:
    way = moved(rig, breath=3.0, lean=0.3)
    assert (way == 0).all(axis=-1).mean() > 0.1
    steps = np.abs(np.diff(way, axis=1)).max() * rig.face.unit
    assert steps < 0.5, "no line behind the person breaks"
