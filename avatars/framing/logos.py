"""The logo of a company in a corner of every frame."""

import numpy as np
from PIL import Image

from avatars.engines.base import Picture
from avatars.framing.boxes import Box
from avatars.framing.pictures import opened
from avatars.framing.scene import Corner, Logo

MARGIN = 0.03  # of the shorter side: between a logo and the edges
LONG = 2.5
"""A wide logo may be so many times as wide as it may be high."""


class Stamp:
    """A logo for frames of (width, height), never over `mark`, the place of the AI mark."""

    def __init__(self, logo: Logo, size: tuple[int, int], mark: Box) -> None:
        picture = opened(logo.picture, field="logo", alpha=True)
        picture = picture.crop(picture.getchannel("A").getbbox() or (0, 0, 1, 1))
        side = min(size)
        high = side * logo.size / 100
        scale = min(high / picture.height, LONG * high / picture.width)
        small = picture.convert("RGBa").resize(
            (max(2, round(picture.width * scale)), max(2, round(picture.height * scale))), Image.Resampling.LANCZOS
        )
        self.box = _placed(small.size, size, logo.corner, mark, max(2, round(side * MARGIN) // 2 * 2))
        pixels = np.asarray(small, np.float32) * (logo.opacity / 100)
        self._keep = np.round((1 - pixels[:, :, 3:] / 255) * 256).astype(np.uint16)
        self._add = np.round(np.minimum(pixels[:, :, :3], pixels[:, :, 3:]) * 256).astype(np.uint16)

    def draw(self, frame: Picture) -> None:
        patch = frame[self.box.place]
        patch[:] = (patch * self._keep + self._add) >> 8


def _placed(logo: tuple[int, int], size: tuple[int, int], corner: Corner, mark: Box, margin: int) -> Box:
    left = corner in (Corner.UPPER_LEFT, Corner.LOWER_LEFT)
    upper = corner in (Corner.UPPER_LEFT, Corner.UPPER_RIGHT)
    x = margin if left else size[0] - margin - logo[0]
    y = margin if upper else size[1] - margin - logo[1]
    if corner is Corner.UPPER_RIGHT or (upper and x + logo[0] + margin > mark.x):
        y = mark.y + mark.height + margin
    return Box(x=x, y=y, width=logo[0], height=logo[1])
