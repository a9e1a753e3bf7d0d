"""Whether a face looks photographed: skin and sensors leave grain in it, which drawings do not have.

A measurement, no proof: a photograph that was smoothed by hand passes for a drawing, and a drawing with paper grain for
a photograph. It decides only whether a statement needs a reason. The face detector's score is of no use for it: it is
1.00 for both. `python -m tests.benchmarks.pictures.photographs` prints its errors on available pictures.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 256  # pixels of the longer side of the face that is measured
SMOOTH = 0.42
"""Between the drawings (0.48 and more) and the photographs (0.36 and less) that were measured, in all their copies."""


def smoothness(picture: NDArray[np.uint8], box: tuple[float, float, float, float]) -> float:
    """The share of neighbouring pixels in a face (left, top, right, bottom of an RGB picture) that are alike, 0..1."""
    left, top, right, bottom = (max(0, round(edge)) for edge in box)
    face = Image.fromarray(picture[top:bottom, left:right])
    face.thumbnail((SIDE, SIDE))
    pixels = np.asarray(face).astype(np.int16)
    alike = [np.abs(np.diff(pixels, axis=axis)).max(axis=2) <= 1 for axis in (0, 1)]
    return float(sum(each.mean() for each in alike) / 2)


def looks_photographed(picture: NDArray[np.uint8], box: tuple[float, float, float, float]) -> bool:
    """Whether the face has more grain than drawings have."""
    return smoothness(picture, box) < SMOOTH
