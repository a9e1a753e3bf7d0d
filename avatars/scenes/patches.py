"""Small pictures with transparency that are laid over frames."""

import numpy as np
from PIL import Image

from avatars.engines.base import Picture
from avatars.framing.boxes import Box


class Patch:
    """An RGBA picture for frames of (width, height), with its left upper corner at a place; it may reach beyond."""

    def __init__(self, picture: Image.Image, left: int, top: int, size: tuple[int, int]) -> None:
        right, bottom = min(size[0], left + picture.width), min(size[1], top + picture.height)
        x, y = max(0, left), max(0, top)
        self.box = Box(x=x, y=y, width=max(0, right - x), height=max(0, bottom - y))
        pixels = np.asarray(picture.convert("RGBa"), np.float32)[y - top : bottom - top, x - left : right - left]
        self._alpha = pixels[:, :, 3:] / 255
        self._colour = np.minimum(pixels[:, :, :3], pixels[:, :, 3:])

    def draw(self, frame: Picture, opacity: float = 1.0) -> None:
        """Lay it over a frame; `opacity` is 0..1."""
        if opacity <= 0 or not self.box.width or not self.box.height:
            return
        patch = frame[self.box.place]
        patch[:] = (patch * (1 - self._alpha * opacity) + self._colour * opacity).astype(np.uint8)


def eased(now: float, start: float, end: float, *, rise: float, fall: float) -> float:
    """From 0 at `start` to 1 after `rise` seconds, and back to 0 at `end`."""
    share = min((now - start) / rise, (end - now) / fall, 1.0)
    return max(0.0, share * share * (3 - 2 * share)) if share > 0 else 0.0
