"""The distance of the lips, measured in pixels without the face mesh.

Lips that are pushed forward swell and become narrower. A piece of a lip that could only be moved would be found where
its outer rim went, and rounding would pass for opening; so pieces are looked for in other sizes too, and it is the side
towards the other lip that counts.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from avatars.engines.base import Picture
from avatars.engines.puppet.face.mesh import Face
from avatars.engines.puppet.face.topology import LIP_BOTTOM, LIP_TOP

UPPER_RIM, LOWER_RIM = 0, 17
HALF_WIDTH, ASIDE = 0.07, 0.04
ABOVE, FROM_SEAM, BELOW = 0.05, 0.010, 0.03
UPPER_REACH, LOWER_REACH = (0.12, 0.06), (0.05, 0.30)
"""In eye distances: the pieces of the lips that are looked for, and how far up and down from where they were."""
HEIGHTS, WIDTHS = np.arange(0.80, 1.61, 0.05), (0.7, 0.85, 1.0, 1.15)


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A piece of a picture with its upper left corner, and how far from there it is looked for; pixels.

    `above`: it lies above the seam, so that its lower side counts.
    """

    pixels: Picture
    left: int
    top: int
    aside: int
    up: int
    down: int
    above: bool

    @cached_property
    def forms(self) -> tuple[Picture, ...]:
        """The piece in all sizes in which it is looked for."""
        height, width = self.pixels.shape[:2]
        sizes = {(round(width * wide), round(height * high)) for high in HEIGHTS for wide in WIDTHS}
        return tuple(np.asarray(cv2.resize(self.pixels, size), np.uint8) for size in sorted(sizes))

    def fallen(self, frame: Picture) -> float:
        """How much further down its side at the seam is in a frame, to a part of a pixel."""
        height, width = self.pixels.shape[:2]
        rows = slice(self.top - self.up, self.top + height + self.down)
        columns = slice(self.left - self.aside, self.left + width + self.aside)
        where, tallness = max(_found(frame[rows, columns], form) for form in self.forms)[1:]
        return where - self.up + (tallness - height if self.above else 0)


def _found(place: Picture, form: Picture) -> tuple[float, float, int]:
    """How like the form the likest part of a place is, how far down that begins, and how tall the form is."""
    likeness = cv2.matchTemplate(place, form, cv2.TM_CCOEFF_NORMED).max(axis=1)
    best, tall = int(likeness.argmax()), form.shape[0]
    if not 0 < best < len(likeness) - 1:
        return float(likeness[best]), float(best), tall
    before, peak, after = (float(value) for value in likeness[best - 1 : best + 2])
    return peak, best + 0.5 * (before - after) / min(before - 2 * peak + after, -1e-9), tall


class Lips:
    """The middle of both lips in a frame with a shut mouth; `face` says where they are in that one."""

    def __init__(self, shut: Picture, face: Face) -> None:
        points, self._unit = face.points, face.eye_distance
        upper = points[UPPER_RIM, 1] - ABOVE * self._unit, points[LIP_TOP, 1] - FROM_SEAM * self._unit
        lower = points[LIP_BOTTOM, 1] + FROM_SEAM * self._unit, points[LOWER_RIM, 1] + BELOW * self._unit
        middle = float(points[LIP_TOP, 0])
        self._upper = self._piece(shut, middle, upper, UPPER_REACH, above=True)
        self._lower = self._piece(shut, middle, lower, LOWER_REACH, above=False)

    def apart(self, frame: Picture) -> float:
        """By how much the lips are further apart than they were, in eye distances."""
        return (self._lower.fallen(frame) - self._upper.fallen(frame)) / self._unit

    def _piece(
        self, shut: Picture, middle: float, rows: tuple[float, float], reach: tuple[float, float], *, above: bool
    ) -> _Piece:
        half, (top, bottom) = round(HALF_WIDTH * self._unit), (round(row) for row in rows)
        left = round(middle) - half
        return _Piece(
            pixels=shut[top:bottom, left : left + 2 * half].copy(),
            left=left,
            top=top,
            aside=round(ASIDE * self._unit),
            up=round(reach[0] * self._unit),
            down=round(reach[1] * self._unit),
            above=above,
        )
