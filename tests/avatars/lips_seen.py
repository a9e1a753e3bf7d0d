"""How far lips are apart by their own pixels: both are found again by what they look like, without any face mesh."""

from dataclasses import dataclass

import cv2

from avatars.engines.base import Picture
from avatars.engines.puppet.mesh import Face
from avatars.engines.puppet.topology import LIP_BOTTOM, LIP_TOP

UPPER_RIM, LOWER_RIM = 0, 17
HALF_WIDTH, ASIDE = 0.07, 0.04
ABOVE, FROM_SEAM, BELOW = 0.05, 0.010, 0.03
UPPER_REACH, LOWER_REACH = (0.12, 0.06), (0.05, 0.30)
"""In eye distances: the pieces of the lips that are looked for, and how far up and down from where they were."""


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A piece of a picture with its upper left corner, and how far from there it is looked for; pixels."""

    pixels: Picture
    left: int
    top: int
    aside: int
    up: int
    down: int

    def fallen(self, frame: Picture) -> float:
        """How much further down it is in a frame, to a part of a pixel."""
        height, width = self.pixels.shape[:2]
        rows = slice(self.top - self.up, self.top + height + self.down)
        columns = slice(self.left - self.aside, self.left + width + self.aside)
        likeness = cv2.matchTemplate(frame[rows, columns], self.pixels, cv2.TM_CCOEFF_NORMED).max(axis=1)
        best = int(likeness.argmax())
        if not 0 < best < len(likeness) - 1:
            return float(best - self.up)
        before, peak, after = (float(value) for value in likeness[best - 1 : best + 2])
        return best - self.up + 0.5 * (before - after) / min(before - 2 * peak + after, -1e-9)


class Lips:
    """The middle of both lips in a frame with a shut mouth; `face` says where they are in that one."""

    def __init__(self, shut: Picture, face: Face) -> None:
        points, self._unit = face.points, face.eye_distance
        upper = points[UPPER_RIM, 1] - ABOVE * self._unit, points[LIP_TOP, 1] - FROM_SEAM * self._unit
        lower = points[LIP_BOTTOM, 1] + FROM_SEAM * self._unit, points[LOWER_RIM, 1] + BELOW * self._unit
        middle = float(points[LIP_TOP, 0])
        self._upper = self._piece(shut, middle, upper, UPPER_REACH)
        self._lower = self._piece(shut, middle, lower, LOWER_REACH)

    def apart(self, frame: Picture) -> float:
        """By how much the lips are further apart than they were, in eye distances."""
        return (self._lower.fallen(frame) - self._upper.fallen(frame)) / self._unit

    def _piece(self, shut: Picture, middle: float, rows: tuple[float, float], reach: tuple[float, float]) -> _Piece:
        half, (top, bottom) = round(HALF_WIDTH * self._unit), (round(row) for row in rows)
        left = round(middle) - half
        return _Piece(
            pixels=shut[top:bottom, left : left + 2 * half].copy(),
            left=left,
            top=top,
            aside=round(ASIDE * self._unit),
            up=round(reach[0] * self._unit),
            down=round(reach[1] * self._unit),
        )
