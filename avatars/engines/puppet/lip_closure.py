"""A trial that shuts an open mouth by rendering it: a mouth shuts, a microphone before it does not."""

from functools import cache

import numpy as np

from avatars.engines.base import Mode, Picture
from avatars.engines.faces import SeenFace
from avatars.engines.puppet.face import findings
from avatars.engines.puppet.face.segmentation import PersonMask
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import build


def shut(picture: Picture) -> SeenFace | None:
    """The largest face of an RGB picture of even sides, measured once its lips are shut; None if it is lost.

    It takes a third of a second of CPU. Raises `EngineMissing` where a model or LiteRT is absent, `PortraitError`
    where there is no face.
    """
    rig = build(picture, findings.mesh(), _person())
    pose = np.zeros(len(Expression), np.float32)
    pose[Expression.NEUTRAL] = 1
    frame = Camera(rig, Mode.LIPSYNC).frame(pose, np.zeros(len(Head), np.float32), 0.0)
    return next(iter(findings.look(frame)), None)


@cache
def _person() -> PersonMask:
    return PersonMask()
