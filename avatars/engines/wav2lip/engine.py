"""The engine itself, with all that it loads: the puppet moves head and eyes, the network the mouth."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from avatars.engines import wav2lip
from avatars.engines.base import Picture, Shot
from avatars.engines.puppet.device import AUTO, CPU, chosen
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face.mesh import Face, FaceMesh
from avatars.engines.wav2lip import mouth, spectrum, weights
from avatars.exceptions import EngineFailed, EngineMissing, PortraitError

BATCHES = {CPU: 8}  # frames run together on a processor: 95 to 100 ms of it each, by measurement
LARGE = 64  # frames run together on a card
# The share of a new measure of the face, 0..1, beside earlier ones: a box that trembles makes a face that trembles.
FRESH = 0.4

Floats = spectrum.Floats


class Wav2Lip(wav2lip.Wav2Lip):
    """Options: `weights`, a file of the published layout; `licensed`, whether the operator declares to hold a licence;
    `device`: "auto", "cpu" or "cuda"; `batch`, how many frames at once; `puppet`, options of the puppet."""

    def __init__(
        self,
        *,
        weights: str | Path,
        licensed: bool = False,
        device: str = AUTO,
        batch: int = 0,
        puppet: dict[str, Any] | None = None,
    ) -> None:
        if not weights or not licensed:
            availability = self.probe(weights=weights, licensed=licensed)
            raise EngineMissing(
                f"Wav2Lip is not set up. {availability.reason}",
                code="engine_unavailable",
                remedy="avatars/engines/README.md says how.",
                field="render_engine",
            )
        self._device = chosen(device)
        self._network = load(Path(weights)).to(self._device)
        self._batch = batch or BATCHES.get(self._device, LARGE)
        self._puppet = Puppet(**{"device": device, **(puppet or {})})
        self._mesh = FaceMesh()

    def animate(self, shot: Shot) -> Iterator[Picture]:
        """See `RenderEngine.animate`; the portrait is examined before the first frame is asked for."""
        silent = replace(shot, speech=replace(shot.speech, sounds=()))
        frames = self._puppet.animate(silent)
        faces = self._mesh.find(shot.portrait)
        if not faces:
            raise PortraitError(
                "No face was found in the portrait.",
                code="no_face",
                remedy="Choose a picture in which the face looks at the camera and is well lit.",
            )
        return self._film(shot, frames, faces[0])

    def _film(self, shot: Shot, frames: Iterator[Picture], face: Face) -> Iterator[Picture]:
        height, width = shot.portrait.shape[:2]
        heard = spectrum.windows(shot.speech.samples, shot.speech.rate, shot.frame_count, shot.fps)
        done = 0
        while batch := [frame.copy() for frame in islice(frames, self._batch)]:
            places = []
            for frame in batch:
                face = _calmed(face, self._mesh.track(frame, face))
                places.append(mouth.cut(face, width, height))
            crops = np.stack([mouth.crop(frame, place) for frame, place in zip(batch, places, strict=True)])
            made = self._spoken(heard[done : done + len(batch), None], crops)
            for frame, place, lips in zip(batch, places, made, strict=True):
                yield mouth.paste(frame, place, lips)
            done += len(batch)

    def _spoken(self, heard: Floats, crops: Floats) -> Floats:
        """The network's faces; where the card is full, by halves."""
        try:
            with torch.inference_mode():
                mels, faces = (torch.from_numpy(values).to(self._device) for values in (heard, crops))
                mouths: Floats = self._network(mels, faces).float().cpu().numpy()
        except torch.OutOfMemoryError as error:
            if len(heard) == 1:
                raise EngineFailed(
                    "The graphics card is full.",
                    code="engine_failed",
                    remedy="Set OPENUSER_DEVICE=cpu, or end what else uses the card.",
                    field="render_engine",
                ) from error
            self._batch = half = len(heard) // 2
            return np.concatenate([self._spoken(heard[:half], crops[:half]), self._spoken(heard[half:], crops[half:])])
        if not np.isfinite(mouths).all():
            raise EngineFailed(
                "The network gave numbers that are none.",
                code="engine_output",
                remedy="Its weights may be damaged: get the file once more.",
                field="render_engine",
            )
        return mouths


def load(path: Path) -> "torch.nn.Module":
    """The network, ready to be looked through."""
    return weights.load(path).fold()


def _calmed(before: Face, now: Face) -> Face:
    return Face(points=before.points + FRESH * (now.points - before.points), score=now.score)
