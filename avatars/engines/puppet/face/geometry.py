"""The face as the rig sees it: its axes, its unit (between the outer eye corners), and the line of its mouth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatars.engines.puppet.face.mesh import Face, Floats
from avatars.engines.puppet.face.topology import INNER_LOWER, INNER_UPPER, MOUTH_LEFT, MOUTH_RIGHT, OVAL

SHOWS_TEETH = 0.045  # eye distances between the inner lips from which teeth are seen


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle of pixels or of grid nodes; `right` and `bottom` are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> tuple[slice, slice]:
        """Index of a picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def within(self, width: int, height: int) -> "Box":
        return Box(
            left=max(0, self.left), top=max(0, self.top), right=min(width, self.right), bottom=min(height, self.bottom)
        )

    def grown(self, by: int) -> "Box":
        return Box(left=self.left - by, top=self.top - by, right=self.right + by, bottom=self.bottom + by)

    def inside(self, outer: "Box") -> "Box":
        """The same rectangle counted from the corner of `outer`."""
        return Box(
            left=self.left - outer.left,
            top=self.top - outer.top,
            right=self.right - outer.left,
            bottom=self.bottom - outer.top,
        )

    def nodes(self, cell: int) -> "Box":
        """The grid nodes whose cells cover these pixels."""
        return Box(
            left=self.left // cell, top=self.top // cell, right=-(-self.right // cell), bottom=-(-self.bottom // cell)
        )

    def times(self, factor: int) -> "Box":
        return Box(
            left=self.left * factor, top=self.top * factor, right=self.right * factor, bottom=self.bottom * factor
        )


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """Measures of one face. `points` are pixels (478, 3), `local` the same in axes and units of the face.

    `along` and `down` span the plane of the mouth in the picture, `mouth` is its middle in pixels, `gaps` the eleven
    distances between the inner lips in units.
    """

    points: Floats
    axes: Floats
    unit: float
    local: Floats
    mouth: Floats
    along: Floats
    down: Floats
    gaps: Floats

    @property
    def shows_teeth(self) -> bool:
        return bool(self.gaps.max() > SHOWS_TEETH)

    @property
    def half_mouth(self) -> float:
        """Half the width of the mouth in units."""
        return float(abs(self.local[MOUTH_RIGHT, 0] - self.local[MOUTH_LEFT, 0])) / 2

    @property
    def yaw(self) -> float:
        return Face(points=self.points, score=1.0).yaw

    def in_mouth(self, pixels: Floats) -> Floats:
        """Pixels (…, 2) as (along, down) of the mouth, in pixels from its middle."""
        return (pixels - self.mouth) @ np.stack([self.along, self.down], axis=1)

    def in_oval(self, pixels: Floats) -> tuple[Floats, Floats]:
        """Pixels (…, 2) as places in the face's oval: ±1 at its sides, at its top and bottom."""
        axes = self.axes[:2, :2] / np.linalg.norm(self.axes[:2, :2], axis=0)
        oval = self.points[list(OVAL), :2]
        middle = oval.mean(axis=0)
        half = np.ptp((oval - middle) @ axes, axis=0) / 2
        place = (pixels - middle) @ axes / half
        return place[..., 0], place[..., 1]


def anatomy(points: Floats) -> Anatomy:
    """Measure a face from its 478 points in pixels."""
    face = Face(points=points, score=1.0)
    origin = (points[MOUTH_LEFT] + points[MOUTH_RIGHT]) / 2
    along = (points[MOUTH_RIGHT] - points[MOUTH_LEFT])[:2]
    along = along / np.linalg.norm(along)
    down = np.array([-along[1], along[0]])
    unit = face.eye_distance
    return Anatomy(
        points=points,
        axes=face.axes,
        unit=unit,
        local=(points - origin) @ face.axes / unit,
        mouth=origin[:2],
        along=along,
        down=down,
        gaps=(points[list(INNER_LOWER), :2] - points[list(INNER_UPPER), :2]) @ down / unit,
    )


def smoothstep(start: float, end: float, value: Floats) -> Floats:
    """0 before `start`, 1 after `end`, without a corner between."""
    t = np.clip((value - start) / (end - start), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def sample(layer: NDArray[np.float32], positions: Floats) -> Floats:
    """Bilinear values (n, channels) of a layer (rows, columns, channels) at fractional (x, y) indices, clamped."""
    rows, columns = layer.shape[:2]
    x, y = np.clip(positions[:, 0], 0, columns - 1), np.clip(positions[:, 1], 0, rows - 1)
    left, top = np.minimum(x.astype(int), max(0, columns - 2)), np.minimum(y.astype(int), max(0, rows - 2))
    fx, fy = (x - left)[:, None], (y - top)[:, None]
    upper = layer[top, left] * (1 - fx) + layer[top, left + 1] * fx
    lower = layer[top + 1, left] * (1 - fx) + layer[top + 1, left + 1] * fx
    values: Floats = upper * (1 - fy) + lower * fy
    return values
