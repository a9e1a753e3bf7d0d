"""What a restorer does: a portrait in, the same one sharper or larger out."""

from abc import ABC, abstractmethod

import numpy as np
from PIL import Image

from avatars.availability import Probed
from avatars.engines.base import Picture
from avatars.exceptions import EngineMissing

FIELD = "restorer"
# What makes pictures larger is not asked where they are large enough.
WORTHWHILE = 1.1


class Restorer(Probed, ABC):
    """A way to mend a portrait. Models load in `__init__`, which raises `EngineMissing` where one is absent."""

    @abstractmethod
    def restore(self, picture: Picture, *, scale: float) -> Picture:
        """Return an RGB picture `scale` (at least 1) times as wide and as high, to a pixel; the one given is kept.

        The same picture gives the same result. Raises `EngineFailed` with the field "restorer".
        """


def resized(mended: Picture, before: Picture, scale: float) -> Picture:
    """What a network made, `scale` times as large as the picture before."""
    height, width = before.shape[:2]
    size = (round(width * scale), round(height * scale))
    if (mended.shape[1], mended.shape[0]) == size:
        return mended
    return np.array(Image.fromarray(mended).resize(size, Image.Resampling.LANCZOS), np.uint8)


def missing(message: str, setting: str) -> EngineMissing:
    """What a restorer lacks."""
    return EngineMissing(
        message,
        code="engine_unavailable",
        remedy=f"See {setting} in avatars/engines/README.md.",
        field=FIELD,
    )
