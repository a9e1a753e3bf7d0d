"""The renderer itself, with all that it loads."""

import logging
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from avatars.engines import puppet
from avatars.engines.base import Picture, Shot
from avatars.engines.puppet.camera import Camera
from avatars.engines.puppet.device import AUTO, BATCH, CPU, chosen, in_batches
from avatars.engines.puppet.kept import KeptRigs
from avatars.engines.puppet.litert import DATA
from avatars.engines.puppet.mesh import FaceMesh
from avatars.engines.puppet.motion import Motion, plan, smiling
from avatars.engines.puppet.response import made_up, measure
from avatars.engines.puppet.rig import Rig, build
from avatars.engines.puppet.segmentation import PersonMask

logger = logging.getLogger("avatars.engines.puppet")


class Puppet(puppet.Puppet):
    """Options: `models`, the folder of the model files; `strength`, how wide the lips move (1 is natural); `rigs`, how
    many portraits are kept ready in memory; `cache`, a folder for those that are kept between runs; `device`: "auto",
    "cpu" (OpenCV), or "cuda" (torch), with its number as "cuda:1".

    Raises `EngineMissing` where a model, LiteRT or the demanded graphics card is absent.
    """

    def __init__(
        self,
        *,
        models: str | Path = DATA,
        strength: float = 1.0,
        rigs: int = 4,
        cache: str | Path | None = None,
        device: str = AUTO,
    ) -> None:
        # More threads would spin beside the encoder, which needs the other cores.
        cv2.setNumThreads(1)
        self._mesh = FaceMesh(Path(models) / "face_landmarker.task")
        self._person = PersonMask(Path(models) / "selfie_segmentation.tflite")
        self._strength, self._device = strength, chosen(device)
        self._kept = KeptRigs(most=rigs, folder=Path(cache) if cache else None)

    def animate(self, shot: Shot) -> Iterator[Picture]:
        """See `RenderEngine.animate`; the portrait is examined before the first frame is asked for."""
        return self._film(self.rig(shot.portrait, origin=shot.origin), shot)

    def rig(self, portrait: Picture, *, origin: str = "") -> Rig:
        """The rig of a portrait, kept where possible. Raises `PortraitError` where there is no face."""
        return self._kept.rig(portrait, origin, self._build)

    def _build(self, portrait: Picture) -> Rig:
        rig = build(portrait, self._mesh, self._person)
        return replace(rig, response=measure(rig, self._mesh))

    def _film(self, rig: Rig, shot: Shot) -> Iterator[Picture]:
        motion = plan(shot, strength=self._strength * rig.amplitude)
        motion = replace(motion, face=made_up(motion.face, rig.response))
        if rig.face.shows_teeth:
            motion = replace(motion, face=smiling(motion.face, float(rig.face.gaps.max())))
        motion = replace(motion, head=motion.head * np.float32(rig.amplitude))
        done = 0
        if self._device != CPU:
            done = yield from self._on_card(rig, shot, motion)
        camera = Camera(rig, shot.mode)
        for i in range(done, shot.frame_count):
            yield camera.frame(motion.face[i], motion.head[i], float(motion.blink[i]))

    def _on_card(self, rig: Rig, shot: Shot, motion: Motion) -> Generator[Picture, None, int]:
        """Yield frames made by the graphics card; how many it made: a film is never lost to a card that is full."""
        import torch

        from avatars.engines.puppet.torch_camera import TorchCamera

        done = 0
        try:
            camera = TorchCamera(rig, shot.mode, self._device)
            frames = in_batches(
                partial(camera.frames, motion), shot.frame_count, most=BATCH, too_much=torch.OutOfMemoryError
            )
            for frame in frames:
                yield frame
                done += 1
        except torch.OutOfMemoryError:
            shot.note("gpu_memory")
        except RuntimeError as error:
            # A driver that went away, a card that fell off its bus: torch has no narrower word for these.
            logger.warning("The graphics card failed.", extra={"kind": type(error).__name__})
            shot.note("gpu_failed")
        else:
            if done < shot.frame_count:
                shot.note("gpu_memory")
        return done
