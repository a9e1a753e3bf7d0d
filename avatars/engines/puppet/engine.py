"""The renderer itself, with all that it loads."""

from collections.abc import Iterator
from pathlib import Path

import cv2

from avatars.engines import puppet
from avatars.engines.base import Picture, Shot
from avatars.engines.puppet.camera import Camera
from avatars.engines.puppet.kept import KeptRigs
from avatars.engines.puppet.litert import DATA
from avatars.engines.puppet.mesh import FaceMesh
from avatars.engines.puppet.motion import plan, smiling
from avatars.engines.puppet.rig import Rig, build
from avatars.engines.puppet.segmentation import PersonMask


class Puppet(puppet.Puppet):
    """Options: `models`, the folder of the model files; `strength`, how wide the lips move (1 is natural); `rigs`, how
    many portraits are kept ready in memory; `cache`, a folder for those that are kept between runs.

    Raises `EngineMissing` where a model or LiteRT is absent.
    """

    def __init__(
        self, *, models: str | Path = DATA, strength: float = 1.0, rigs: int = 4, cache: str | Path | None = None
    ) -> None:
        # More threads would spin beside the encoder, which needs the other cores.
        cv2.setNumThreads(1)
        self._mesh = FaceMesh(Path(models) / "face_landmarker.task")
        self._person = PersonMask(Path(models) / "selfie_segmentation.tflite")
        self._strength = strength
        self._kept = KeptRigs(most=rigs, folder=Path(cache) if cache else None)

    def animate(self, shot: Shot) -> Iterator[Picture]:
        """See `RenderEngine.animate`; the portrait is examined before the first frame is asked for."""
        return self._film(self.rig(shot.portrait, origin=shot.origin), shot)

    def rig(self, portrait: Picture, *, origin: str = "") -> Rig:
        """The rig of a portrait, kept where possible. Raises `PortraitError` where there is no face."""
        return self._kept.rig(portrait, origin, lambda picture: build(picture, self._mesh, self._person))

    def _film(self, rig: Rig, shot: Shot) -> Iterator[Picture]:
        motion = plan(shot, strength=self._strength * rig.amplitude)
        camera = Camera(rig, shot.mode)
        faces = smiling(motion.face, float(rig.face.gaps.max())) if rig.face.shows_teeth else motion.face
        for face, head, blink in zip(faces, motion.head * rig.amplitude, motion.blink, strict=True):
            yield camera.frame(face, head, float(blink))
