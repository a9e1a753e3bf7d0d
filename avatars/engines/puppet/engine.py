"""The renderer itself, with all that it loads."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import cv2

from avatars.engines import puppet
from avatars.engines.base import Picture, Shot
from avatars.engines.puppet.camera import Camera
from avatars.engines.puppet.litert import DATA
from avatars.engines.puppet.mesh import FaceMesh
from avatars.engines.puppet.motion import plan, smiling
from avatars.engines.puppet.rig import Rig, build
from avatars.engines.puppet.segmentation import PersonMask


class Puppet(puppet.Puppet):
    """Options: `models`, the folder of the model files; `strength`, how wide the lips move (1 is natural); `rigs`, how
    many portraits are kept ready in memory. Raises `EngineMissing` where a model or LiteRT is absent."""

    def __init__(self, *, models: str | Path = DATA, strength: float = 1.0, rigs: int = 4) -> None:
        # More threads would spin beside the encoder, which needs the other cores.
        cv2.setNumThreads(1)
        self._mesh = FaceMesh(Path(models) / "face_landmarker.task")
        self._person = PersonMask(Path(models) / "selfie_segmentation.tflite")
        self._strength, self._most = strength, rigs
        self._rigs: OrderedDict[bytes, Rig] = OrderedDict()

    def animate(self, shot: Shot) -> Iterator[Picture]:
        """See `RenderEngine.animate`; the portrait is examined before the first frame is asked for."""
        rig = self.rig(shot.portrait)
        return self._film(rig, shot)

    def rig(self, portrait: Picture) -> Rig:
        """The rig of a portrait, remembered where possible. Raises `PortraitError` where there is no face."""
        key = hashlib.sha256(repr(portrait.shape).encode() + portrait.tobytes()).digest()
        if key not in self._rigs:
            self._rigs[key] = build(portrait, self._mesh, self._person)
        self._rigs.move_to_end(key)
        while len(self._rigs) > self._most:
            self._rigs.popitem(last=False)
        return self._rigs[key]

    def _film(self, rig: Rig, shot: Shot) -> Iterator[Picture]:
        motion = plan(shot, strength=self._strength * rig.amplitude)
        camera = Camera(rig, shot.mode)
        faces = smiling(motion.face, float(rig.face.gaps.max())) if rig.face.shows_teeth else motion.face
        for face, head, blink in zip(faces, motion.head * rig.amplitude, motion.blink, strict=True):
            yield camera.frame(face, head, float(blink))
