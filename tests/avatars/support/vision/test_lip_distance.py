"""The lip measurement without a mesh sees the true distance."""

from dataclasses import dataclass

import numpy as np
import pytest

from avatars.engines.base import Mode
from avatars.engines.puppet.face.topology import LIP_BOTTOM, LIP_TOP
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import Rig
from tests.avatars.support import drawings
from tests.avatars.support.drawings import KeptPuppet
from tests.avatars.support.vision.lip_distance import Lips

STILL = np.zeros(len(Head), np.float32)


def pose(**amounts: float) -> np.ndarray:
    face = np.zeros(len(Expression), np.float32)
    for name, amount in {"neutral": 1.0, **amounts}.items():
        face[Expression[name.upper()]] = amount
    return face


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A drawn portrait that can be posed, and the lips as they were found at rest."""

    rig: Rig
    camera: Camera
    lips: Lips


@pytest.fixture(scope="module")
def scene() -> Scene:
    engine = KeptPuppet(device="cpu")
    rig = engine.rig(drawings.draw("xiao", height=960))
    camera = Camera(rig, Mode.ENHANCED_LIPSYNC)
    still = camera.frame(pose(), STILL, 0.0).copy()
    return Scene(rig=rig, camera=camera, lips=Lips(still, engine._mesh.find(still)[0]))


@pytest.mark.parametrize("rounded", [0.0, 0.5, 0.93])
@pytest.mark.parametrize("jaw", [0.0, 0.2, 0.5])
def test_lips_are_measured_as_far_apart_as_they_are_drawn(scene: Scene, rounded: float, jaw: float) -> None:
    told = pose(round=rounded, jaw=jaw)
    ends = (told @ scene.rig.fields.points[:, [LIP_TOP, LIP_BOTTOM], 1]).astype(float)
    apart = (ends[1] - ends[0]) / scene.rig.face.unit
    assert scene.lips.apart(scene.camera.frame(told, STILL, 0.0).copy()) == pytest.approx(apart, abs=0.022)
