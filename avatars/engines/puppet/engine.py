"""The renderer itself, with all that it loads."""

import logging
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

from avatars.engines import puppet
from avatars.engines.base import Mode, Picture, Setup
from avatars.engines.portrait_video import MovingPortrait
from avatars.engines.puppet.calibration import made_up, measure
from avatars.engines.puppet.device import AUTO, BATCH, CPU, TORCH, drawing, in_batches
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.face.segmentation import PersonMask
from avatars.engines.puppet.files import DATA
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.motion.loop import loop_moves
from avatars.engines.puppet.motion.planner import BLOCK, Motion, moves, smiling
from avatars.engines.puppet.motion.pout import pouting
from avatars.engines.puppet.moving.renderer import looping_frames, moving_frames
from avatars.engines.puppet.rig import disk_cache as files
from avatars.engines.puppet.rig.cache import RigCache
from avatars.engines.puppet.rig.rig import Rig, build
from avatars.speech.synthesis.stream import SpeechStream

logger = logging.getLogger("avatars.engines.puppet")


class Puppet(puppet.Puppet):
    """Options: `models`, the folder of the model files; `strength`, the size of the lips' motion, 1 is natural; `rigs`,
    the number of portraits kept ready in memory; `cache`, a folder that keeps them between runs; `device`: "auto",
    "cpu" (OpenCV), "torch" (torch on the processor), or "cuda" (torch), with its number as "cuda:1".

    Raises `EngineMissing` where a model, LiteRT or the demanded graphics card is absent.
    """

    moves_video = True

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
        self._strength, self._device = strength, drawing(device)
        self.device = "cpu (OpenCV)" if self._device == CPU else _card(self._torch_device)
        self.edition = f"{files.edition()} {strength} {self._device}"
        self._kept = RigCache(most=rigs, folder=Path(cache) if cache else None)

    @property
    def _torch_device(self) -> str:
        return CPU if self._device == TORCH else self._device

    def follow(self, setup: Setup, speech: SpeechStream) -> Iterator[Picture]:
        """See `StreamingEngine.follow`; the portrait is examined before the first frame is asked for."""
        if setup.moving is not None:
            return self._moving(setup, setup.moving, speech)
        return self._film(self.rig(setup.portrait, origin=setup.origin), setup, speech)

    def _moving(self, setup: Setup, moving: MovingPortrait, speech: SpeechStream) -> Iterator[Picture]:
        """The frames of a video with our mouth; on the processor, because decoding takes as long as drawing."""
        x, y, width, height = moving.place
        shown = np.ascontiguousarray(setup.portrait[y : y + height, x : x + width])
        rig = self.rig(shown, origin=setup.origin)
        if self._device != CPU:
            setup.note("moving_on_cpu")
        # The head is moved by the video.
        still = replace(setup, mode=Mode.ENHANCED_LIPSYNC if setup.mode.enhanced else Mode.LIPSYNC)
        draw = looping_frames if setup.loops else moving_frames
        return draw(rig, moving, setup, self._motions(rig, still, speech))

    def rig(self, portrait: Picture, *, origin: str = "") -> Rig:
        """The rig of a portrait, kept where possible. Raises `PortraitError` where there is no face."""
        return self._kept.rig(portrait, origin, self._build)

    def _build(self, portrait: Picture) -> Rig:
        rig = build(portrait, self._mesh, self._person)
        return replace(rig, response=measure(rig, self._mesh))

    def _film(self, rig: Rig, setup: Setup, speech: SpeechStream) -> Iterator[Picture]:
        motions = self._motions(rig, setup, speech)
        left: Motion | None = None
        if self._device != CPU:
            left = yield from self._on_card(rig, setup, motions)
        camera = Camera(rig, setup.mode)
        for motion in chain([left] if left is not None else [], motions):
            for face, head, blink, gaze in zip(motion.face, motion.head, motion.blink, motion.gaze, strict=True):
                yield camera.frame(face, head, float(blink), gaze)

    def _motions(self, rig: Rig, setup: Setup, speech: SpeechStream) -> Iterator[Motion]:
        """The motion as this rig can make it, in blocks; a graphics card likes them large."""
        block = BLOCK if self._device == CPU else BATCH
        motions = (
            loop_moves(setup, speech, block=block)
            if setup.loops
            else moves(setup, speech, strength=self._strength * rig.amplitude, block=block)
        )
        for motion in motions:
            face = pouting(made_up(motion.face, rig.response))
            if rig.face.shows_teeth:
                face = smiling(face, float(rig.face.gaps.max()))
            yield replace(motion, face=face, head=motion.head * np.float32(rig.amplitude))

    def _on_card(self, rig: Rig, setup: Setup, motions: Iterator[Motion]) -> Generator[Picture, None, Motion | None]:
        """Yield frames made by the graphics card; return the rest of its block if it fails, else None.

        A video is never lost to a card that is full.
        """
        import torch

        from avatars.engines.puppet.cuda.compositor import TorchCamera

        camera: TorchCamera | None = None
        for motion in motions:
            done = 0
            try:
                camera = camera or TorchCamera(rig, setup.mode, self._torch_device)
                frames = in_batches(
                    partial(camera.frames, motion), len(motion), most=BATCH, too_much=torch.OutOfMemoryError
                )
                for frame in frames:
                    yield frame
                    done += 1
            except torch.OutOfMemoryError:
                setup.note("gpu_memory")
                return motion.after(done)
            except RuntimeError as error:
                # A driver that went away, a card that fell off its bus: torch has no narrower word for these.
                logger.warning("The graphics card failed.", extra={"kind": type(error).__name__})
                setup.note("gpu_failed")
                return motion.after(done)
            if done < len(motion):
                setup.note("gpu_memory")
                return motion.after(done)
        return None


def _card(device: str) -> str:
    """The device of torch, for people."""
    import torch

    named = f", {torch.cuda.get_device_name(device)}" if device != CPU else ""
    return f"{device} (torch {torch.__version__}{named})"
