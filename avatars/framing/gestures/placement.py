"""The place of a drawn figure in a video's picture, also if that was cropped, enlarged or set before a backdrop."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.mesh import FaceMesh

SURE = 0.97
"""The least correlation of the figure's body with the picture: less, and it is another one."""
COARSE = 360
"""Pixels across in which the place is refined."""
STEPS, ENOUGH = 60, 1e-6  # the most steps of OpenCV's alignment, and the gain in likeness below which it ends


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A pixel (x, y) of the figure is at (scale·x + left, scale·y + top) of the picture."""

    scale: float
    left: float
    top: float

    def matrix(self) -> NDArray[np.float64]:
        """The map from pixels of the figure to pixels of the picture, between the middles of pixels: (3, 3)."""
        shift = (self.scale - 1) / 2
        return np.array([[self.scale, 0, self.left + shift], [0, self.scale, self.top + shift], [0, 0, 1.0]])


def placed(figure: Picture, body: tuple[int, int, int, int], picture: Picture) -> Placement | None:
    """The place of the figure, None if it is not there; `body` is the left, top, right and bottom of a part without
    background."""
    faces, seen = _mesh().find(figure), _mesh().find(picture)
    if not faces or not seen:
        return None
    here, there = faces[0].points[:468, :2], seen[0].points[:468, :2]
    scale = float(np.sqrt(there.var(axis=0).sum() / here.var(axis=0).sum()))
    left, top = there.mean(axis=0) - scale * here.mean(axis=0)
    return _refined(figure, body, picture, Placement(scale=scale, left=float(left), top=float(top)))


def _refined(figure: Picture, body: tuple[int, int, int, int], picture: Picture, first: Placement) -> Placement | None:
    """The place at which the body fits best, to a tenth of a pixel."""
    left, top, right, bottom = body
    height, width = picture.shape[:2]
    # The part of the body that the picture shows.
    left = max(left, int(np.ceil(-first.left / first.scale)) + 4)
    right = min(right, int((width - first.left) / first.scale) - 4)
    bottom = min(bottom, int((height - first.top) / first.scale) - 4)
    if right - left < 100 or bottom - top < 60:
        return None
    factor = min(1.0, COARSE / (right - left))
    piece = _grey(figure[top:bottom, left:right], factor)
    # From the coarse piece to the picture.
    scale = first.scale / factor
    warp = np.array(
        [
            [scale, 0, first.left + first.scale * left + (scale - 1) / 2],
            [0, scale, first.top + first.scale * top + (scale - 1) / 2],
        ],
        np.float32,
    )
    whole = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rule = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, STEPS, ENOUGH)
    try:
        likeness, refined = cv2.findTransformECC(piece, whole, warp, cv2.MOTION_AFFINE, rule, None, 5)
    except cv2.error:
        return None
    size = float(refined[0, 0] + refined[1, 1]) / 2
    if likeness < SURE or abs(size / scale - 1) > 0.05:
        return None
    scale = size * factor
    return Placement(
        scale=scale,
        left=float(refined[0, 2]) - (size - 1) / 2 - scale * left,
        top=float(refined[1, 2]) - (size - 1) / 2 - scale * top,
    )


def _grey(picture: Picture, factor: float) -> NDArray[np.float32]:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


@cache
def _mesh() -> FaceMesh:
    return FaceMesh()
