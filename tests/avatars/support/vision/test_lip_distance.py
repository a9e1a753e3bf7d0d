"""The lip measurement without a mesh sees the true distance."""

import numpy as np
import pytest

from avatars.engines.base import Mode
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face.topology import LIP_BOTTOM, LIP_TOP
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.portraits import samples
from tests.avatars.support.vision.lip_distance import Lips

STILL = np.zeros(len(Head), np.float32)


def pose(**amounts: float) -> np.ndarray:
    face = np.zeros(len(Expression), np.float32)
    for name, amount in {"neutral": 1.0, **amounts}.items():
        face[Expression[name.upper()]] = amount
    return face


@pytest.fixture(scope="module")
def engine() -> Puppet:
    return Puppet(device="cpu")


@pytest.mark.parametrize("rounded", [0.0, 0.5, 0.93])
@pytest.mark.parametrize("jaw", [0.0, 0.2, 0.5])
def test_lips_are_measured_as_far_apart_as_they_are_drawn(engine: Puppet, rounded: float, jaw: float) -> None:
    rig = engine.rig(samples.draw("xiao", height=960))
    camera = Camera(rig, Mode.ENHANCED_LIPSYNC)
    face = engine._mesh.find(camera.frame(pose(), STILL, 0.0).copy())[0]
    lips = Lips(camera.frame(pose(), STILL, 0.0).copy(), face)
    told = pose(round=rounded, jaw=jaw)
    ends = (told @ rig.fields.points[:, [LIP_TOP, LIP_BOTTOM], 1]).astype(float)
    apart = (ends[1] - ends[0]) / rig.face.unit
    assert lips.apart(camera.frame(told, STILL, 0.0).copy()) == pytest.approx(apart, abs=0.022)
