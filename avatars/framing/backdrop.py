"""The background behind the person, in the size of the video."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from avatars.framing.pictures import opened, rgb

Floats = NDArray[np.float32]

# Pixels of the longer side in which the background is computed: it is smooth.
SMALL = 64


def plain(colour: str, size: tuple[int, int]) -> Floats:
    """A colour as #rrggbb everywhere. Raises `MediaError`."""
    return np.full((size[1], size[0], 3), rgb(colour), np.float32)


def picture(path: Path, size: tuple[int, int]) -> Floats:
    """A picture file that covers the video, its middle in the middle. Raises `MediaError`."""
    return np.asarray(ImageOps.fit(opened(path, field="background"), size, Image.Resampling.LANCZOS), np.float32)


def surroundings(colours: Floats, known: Floats) -> Floats:
    """The background behind the person, a smooth guess everywhere, from pixels (height, width, 3) as far `known`, 0..1.

    Push and pull: averages of known pixels, ever coarser, fill the others.
    """
    height, width = known.shape
    scale = SMALL / max(height, width)
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    weight = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    seen = cv2.resize(colours * known[..., None], size, interpolation=cv2.INTER_AREA)
    filled = _filled(seen, weight)
    smooth = cv2.GaussianBlur(filled, (0, 0), 1.5)
    enlarged: Floats = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_CUBIC)
    np.clip(enlarged, 0, 255, out=enlarged)
    return enlarged


def _filled(seen: Floats, weight: Floats) -> Floats:
    """Premultiplied colours and their weights, to colours everywhere."""
    height, width = weight.shape
    sure = np.minimum(weight, np.float32(1))[..., None]
    if min(height, width) <= 2:
        below = np.zeros_like(seen) + seen.sum(axis=(0, 1)) / max(weight.sum(), np.float32(1e-4))
    else:
        half = ((width + 1) // 2, (height + 1) // 2)
        coarse = _filled(
            cv2.resize(seen, half, interpolation=cv2.INTER_AREA), cv2.resize(weight, half, interpolation=cv2.INTER_AREA)
        )
        below = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    filled: Floats = seen / np.maximum(weight, np.float32(1e-4))[..., None] * sure + below * (1 - sure)
    return filled
