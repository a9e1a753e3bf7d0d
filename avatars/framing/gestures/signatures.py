"""Tells our half-body drawings from other portraits, in any format, by a few tones."""

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from avatars.engines.base import Picture

SIZE = (960, 1280)
"""Width and height of our drawings, in pixels. The painter, which knows them, takes long to load."""
SIGNATURE, ALIKE = (6, 8), 4
"""So many tones of a picture, across and down, tell our drawings from others; how far they may be off."""
SIGNATURES = {
    "qing": "e4f4b8a5b8a3ece66168a9a6efd7979d98a2ebbe6d607e90dc99a19d6899be4f7f773c94a64a6c613a879e62605f4d86",
    "ming": "e2f3b5a2af96ebf1736faf9aeef1b8b0ab93e9efc0aa9e85c07ab9b354797d4286803457713f655b3351854156563068",
}


def figure_of(portrait: Path) -> str:
    """The name of our half-body drawing in a picture file of any format; "" for other pictures."""
    try:
        with Image.open(portrait) as file:
            if file.size != SIZE:
                return ""
            tones = signature(np.asarray(file.convert("RGB")))
    except (OSError, UnidentifiedImageError):
        return ""
    for name, known in SIGNATURES.items():
        if np.abs(tones.astype(int) - np.frombuffer(bytes.fromhex(known), np.uint8)).max() <= ALIKE:
            return name
    return ""


def signature(picture: Picture) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The tones by which a picture is known."""
    small = Image.fromarray(picture).convert("L").resize(SIGNATURE, Image.Resampling.BOX)
    return np.asarray(small, np.uint8).reshape(-1)
