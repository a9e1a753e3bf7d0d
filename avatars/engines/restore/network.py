"""Networks that spandrel knows (GFPGAN, RestoreFormer, Real-ESRGAN …), by a file of weights that people bring."""

from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

import numpy as np

from avatars.adapters.availability import Availability, NeededFile, look
from avatars.engines.base import Picture
from avatars.engines.restore.base import FIELD, WORTHWHILE, Restorer, missing, resized
from avatars.exceptions import EngineFailed

if TYPE_CHECKING:
    import torch

TILE, OVERLAP = 256, 16
"""Pixels of the squares that are mended one by one (their memory), and how far each sees beyond, so that no seams
show."""
FACES = "FaceSR"
SMALLEST = 1_000_000  # bytes; a pointer of Git, or a page with an error, in place of the weights is smaller
# Errors of readers of a file that is something else, or that was cut short.
UNREADABLE = (OSError, EOFError, UnpicklingError, RuntimeError, ValueError, LookupError, TypeError, AttributeError)


class Network(Restorer):
    """Options: `weights`, a file; `setting`, the variable that names it; `licence`; `device`. A network for faces mends
    the face alone, any other one the whole picture, in tiles."""

    def __init__(self, *, weights: str | Path, device: str = "auto", setting: str = "", **_options: Any) -> None:
        if not Path(weights).is_file():
            raise missing(f"There is no file {weights}.", setting)
        try:
            from safetensors import SafetensorError
            from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError
        except ImportError as error:
            raise missing("The package spandrel is not installed.", setting) from error
        from avatars.engines.puppet.device import chosen

        self._device = chosen(device)
        try:
            # Nothing in the file is run: spandrel reads tensors and plain values alone.
            model: Any = ModelLoader(device=self._device).load_from_file(str(weights))
        except (*UNREADABLE, SafetensorError, UnsupportedModelError) as error:
            raise missing(f"{Path(weights).name} holds no network that spandrel knows.", setting) from error
        if not isinstance(model, ImageModelDescriptor) or (model.input_channels, model.output_channels) != (3, 3):
            raise missing(f"{Path(weights).name} is a network for something else.", setting)
        self._model: Any = model.eval()
        self._for_faces = model.purpose == FACES

    @classmethod
    def probe(cls, *, weights: str | Path = "", licence: str = "", setting: str = "", **_options: Any) -> Availability:
        """See `Probed.probe`: spandrel, torch and the file."""
        files = [NeededFile(name=Path(weights).name, path=Path(weights), least=SMALLEST)] if weights else []
        packages = ("torch", "spandrel")
        return look(licence=licence, settings=[(setting, weights)], packages=packages, files=files)

    def restore(self, picture: Picture, *, scale: float) -> Picture:
        from avatars.engines.restore import faces

        if not self._for_faces and scale < WORTHWHILE:
            return resized(picture, picture, scale)
        try:
            mended = faces.mend(picture, self._face) if self._for_faces else self._in_tiles(picture)
        except (RuntimeError, ValueError) as error:
            raise EngineFailed(
                "The network cannot mend this portrait.",
                code="engine_failed",
                remedy="Give it a smaller portrait, or more memory.",
                field=FIELD,
            ) from error
        return resized(mended, picture, scale)

    def _in_tiles(self, picture: Picture) -> Picture:
        """Piece by piece, each with a rim that is thrown away, so that memory does not grow with the picture."""
        by = int(self._model.scale)
        height, width = picture.shape[:2]
        whole = np.zeros((height * by, width * by, 3), np.uint8)
        for top in range(0, height, TILE):
            for left in range(0, width, TILE):
                y0, x0 = max(0, top - OVERLAP), max(0, left - OVERLAP)
                y1, x1 = min(height, top + TILE + OVERLAP), min(width, left + TILE + OVERLAP)
                made = self._run(picture[y0:y1, x0:x1])
                bottom, right = min(height, top + TILE), min(width, left + TILE)
                inner = made[(top - y0) * by : (bottom - y0) * by, (left - x0) * by : (right - x0) * by]
                whole[top * by : bottom * by, left * by : right * by] = inner
        return whole

    def _run(self, picture: Picture) -> Picture:
        return _picture(self._model(self._tensor(picture)))

    def _face(self, picture: Picture) -> Picture:
        """These networks count from −1 to 1, and give more than the picture."""
        import torch

        with torch.inference_mode():
            made = self._model.model(self._tensor(picture) * 2 - 1)
        return _picture(((made[0] if isinstance(made, tuple) else made) + 1) / 2)

    def _tensor(self, picture: Picture) -> "torch.Tensor":
        import torch

        given = torch.from_numpy(picture.copy()).to(self._device)
        return given.permute(2, 0, 1)[None].float() / 255


def _picture(made: "torch.Tensor") -> Picture:
    shown = made[0].float().clamp(0, 1).permute(1, 2, 0).mul(255).round().cpu().numpy()
    return np.asarray(shown, np.uint8)
