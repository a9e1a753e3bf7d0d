"""The blur of a face, measured by the little that another blur takes away.

A small face, a face out of focus and an enlarged picture all lack the same fine edges, so that the blur is measured in
parts of the face, not in pixels. Only the strongest edges count: grain and the blocks of JPEG are weak ones.
"""

import cv2
import numpy as np

from avatars.engines.base import Picture
from avatars.engines.puppet.face.closeup import Closeup

REBLUR = 0.02
"""Of the distance of the eyes: a blur of this radius removes the details that make a face look sharp."""
STRONGEST = 95  # percentile of the differences: eyes and lips, as bare skin is smooth in sharp portraits too
LEAST_RADIUS = 0.5  # pixels: a smaller blur changes nothing


def blur(face: Closeup) -> float:
    """The share of its strongest edges that a face keeps when it is blurred again: 0 sharp, 1 blurred before."""
    grey = cv2.cvtColor(face.picture, cv2.COLOR_RGB2GRAY)
    again = cv2.GaussianBlur(grey, (0, 0), max(LEAST_RADIUS, REBLUR * face.unit))
    before = _edges(grey)
    return _edges(again) / before if before > 0 else 1.0


def _edges(grey: Picture) -> float:
    fine = grey.astype(np.float32)
    steps = np.abs(cv2.Sobel(fine, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(fine, cv2.CV_32F, 0, 1))
    return float(np.percentile(steps, STRONGEST))
