"""Whether a face wears glasses: a bridge over the nose, a rim on both sides of it, and arms to both ears."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.colours import LUMA, cheeks
from avatars.engines.puppet.face.geometry import Anatomy
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import EYE_LEFT, EYE_RIGHT, EYES

INNER_LEFT, INNER_RIGHT = EYES[0].upper[-1], EYES[1].upper[0]
# Of the 30 portraits of `tests.benchmarks.pictures.blinks`, the three with glasses have at least 0.13, 0.20 and 0.23.
# The others have at most 0.11 (a wrinkle), or they miss one of the other two by half.
BRIDGE, RIM, ARMS = 0.12, 0.15, 0.17
# As shares of the eye distance: half the width of a line, the blur before it, and where lines are looked for.
LINE, BLUR = 0.03, 0.008
BRIDGE_HEIGHTS, ARM_HEIGHTS, RIM_HEIGHTS = (-0.16, 0.22), (-0.22, 0.16), (-0.04, 0.14)
"""Eye distances below the eyes: where each part of a frame is looked for."""
BETWEEN, OUTSIDE, INSIDE = 0.35, (0.06, 0.22), (-0.02, 0.20)
"""Of half the way between the inner corners; eye distances from a corner, outwards and inwards."""
STEP = 0.005  # eye distances from sample to sample: half a pixel of a small face
# Eyes behind glass this much darker than the cheeks are not seen. Shadow alone makes them 0.55, sunglasses 0.35.
OPAQUE = 0.45


@dataclass(frozen=True, kw_only=True)
class Glasses:
    """`opaque`: sunglasses, behind which no blink is seen."""

    opaque: bool


def glasses(picture: Picture, face: Anatomy) -> Glasses | None:
    """The glasses of a face, or None; one answer for both eyes."""
    seen = _Around(picture, face)
    left, right = (face.points[point, :2] for point in (INNER_LEFT, INNER_RIGHT))
    between = BETWEEN * float(np.linalg.norm(right - left)) / 2 / face.unit
    bridge = seen.level((left + right) / 2, (-between, between), BRIDGE_HEIGHTS)
    rims = min(seen.upright(left, INSIDE, RIM_HEIGHTS, 1), seen.upright(right, INSIDE, RIM_HEIGHTS, -1))
    outer = [(face.points[point, :2], side) for point, side in ((EYE_LEFT, -1), (EYE_RIGHT, 1))]
    arms = sum(seen.path(seen.lines(corner, OUTSIDE, ARM_HEIGHTS, side)) for corner, side in outer) / 2
    if bridge < BRIDGE or rims < RIM or arms < ARMS:
        return None
    return Glasses(opaque=seen.under() < OPAQUE)


class _Around:
    """A face's picture in light and dark, looked at for lines; how much darker or lighter one is, as a share."""

    def __init__(self, picture: Picture, face: Anatomy) -> None:
        self._face, self._picture = face, picture
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        self._grey = cv2.GaussianBlur(grey, (0, 0), max(0.6, BLUR * face.unit))
        along = face.points[EYE_RIGHT, :2] - face.points[EYE_LEFT, :2]
        self._along = along / np.linalg.norm(along)
        self._down = np.array([-self._along[1], self._along[0]])

    def _seen(self, origin: Floats, across: Floats, heights: Floats) -> Floats:
        place = across[None, :, None] * self._along + heights[:, None, None] * self._down
        where = (origin + place * self._face.unit).astype(np.float32)
        return np.asarray(
            cv2.remap(self._grey, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float64
        )

    def lines(self, origin: Floats, across: tuple[float, float], heights: tuple[float, float], side: int = 1) -> Floats:
        """The strength of a level line in each place."""
        return _ridges(self._seen(origin, side * np.arange(*across, STEP), np.arange(*heights, STEP)))

    def level(self, origin: Floats, across: tuple[float, float], heights: tuple[float, float]) -> float:
        """The strongest line that crosses most of the width."""
        lines = self.lines(origin, across, heights)
        near = np.maximum.reduce([lines, np.roll(lines, 1, 0), np.roll(lines, -1, 0)])
        return float(np.median(near, axis=1).max())

    def upright(self, origin: Floats, across: tuple[float, float], heights: tuple[float, float], side: int) -> float:
        """The strongest line from the top to the bottom."""
        seen = self._seen(origin, side * np.arange(*across, STEP), np.arange(*heights, STEP))
        return self.path(_ridges(seen.T))

    @staticmethod
    def path(lines: Floats) -> float:
        """The strength of the strongest line that crosses the whole width, rising or falling as it likes."""
        best = lines[:, 0].copy()
        for column in lines.T[1:]:
            best = column + np.maximum.reduce([best, np.roll(best, 1), np.roll(best, -1)])
        return float(best.max() / lines.shape[1])

    def under(self) -> float:
        """The light right below the eyes, as a share of the cheeks'."""
        samples = [
            np.median(
                self._seen(
                    self._face.points[list(eye.lower), :2].mean(axis=0),
                    np.arange(-0.06, 0.06, STEP),
                    np.arange(0.06, 0.12, STEP),
                )
            )
            for eye in EYES
        ]
        usual = float(cheeks(self._picture, self._face) @ LUMA)
        return float(np.mean(samples)) / usual


def _ridges(seen: Floats) -> NDArray[np.float64]:
    width = round(LINE / STEP)
    ridges = seen[width:-width] - (seen[: -2 * width] + seen[2 * width :]) / 2
    strength: NDArray[np.float64] = np.abs(ridges) / max(float(np.median(seen)), 1.0)
    return strength
