"""The eyeball behind the lids: the iris goes to a side and stays round, and up and down the upper lid goes with it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.puppet.face.geometry import Anatomy, Box, smoothstep
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import EyePoints
from avatars.engines.puppet.frame.eyelid_skin import Axes, Curves
from avatars.engines.puppet.rig.parameters import GAZE_DOWN, GAZE_RIGHT

Plane = NDArray[np.float32]

RADIUS = 0.133
"""Of the eye distance: an adult's eyeball is 24 mm across, and the eyes' outer corners are 90 mm apart."""
ROOM = 0.55
"""The share of the white beside the iris that a turned iris may cover: the rest shows no fold."""
FARTHEST = 12.0
"""Degrees: further looks go with the head."""
LEAST_OPEN = 0.5
"""Of the iris' radius: eyes that are narrower than this show too little of it to turn."""
TURNED = 20.0
"""Degrees: a face that is turned further hides the white on its far side."""
BEYOND = 0.02
"""Of the eye distance: how far the curves' corners are outside the eye's."""
RIM = 0.012
"""Of the eye distance: the width over which the motion of the eyeball ends at the lids."""


@dataclass(frozen=True, kw_only=True)
class Eyeball:
    """The shares, 0..1, of the eyeball's motion in pixels of `area`: to a side (`level`), and with the lid up and down
    (`upright`). `most` is its largest shift to a side, in pixels, 0 for none."""

    area: Box
    level: Plane
    upright: Plane
    along: Plane
    down: Plane
    unit: float
    most: float

    def pixels(self, gaze: Plane, most: float) -> tuple[float, float]:
        """Its shift along the eye and down, in pixels, for a gaze in degrees."""
        ball = RADIUS * self.unit
        right = float(ball * np.sin(np.radians(gaze[GAZE_RIGHT])))
        down = float(ball * np.sin(np.radians(gaze[GAZE_DOWN])))
        return float(np.clip(right, -most, most)), down if most else 0.0

    def origin(self, source: Plane, right: float, down: float) -> tuple[Plane, Plane]:
        """The sources of pixels whose source with straight eyes is `source`, and the same for the lids alone."""
        place = source - np.array([self.area.left, self.area.top], np.float32)
        level, upright = (_seen(plane, place)[..., None] for plane in (self.level, self.upright))
        lids: Plane = source - upright * (self.down * np.float32(down))
        return lids - level * (self.along * np.float32(right)), lids


def eyeball(face: Anatomy, points: EyePoints, axes: Axes, curves: Curves, area: Box) -> Eyeball:
    """Measure the eyeball of one eye over `area`, pixels of the rig's picture."""
    unit = face.unit
    across = np.stack([axes.along, axes.down], axis=1)
    middle = (face.points[points.iris[0], :2] - axes.middle) @ across
    ring = (face.points[list(points.iris[1:]), :2] - axes.middle) @ across
    radius = float(np.linalg.norm(ring - middle, axis=1).mean())
    start, end = curves.corners[0] + BEYOND * unit, curves.corners[1] - BEYOND * unit
    upper, lower = (float(np.interp(middle[0], curves.steps, line)) for line in (curves.upper, curves.lower))
    room = min(middle[0] - radius - start, end - middle[0] - radius)
    usable = lower - upper > LEAST_OPEN * radius and abs(face.yaw) < TURNED
    most = float(np.clip(ROOM * room, 0, RADIUS * unit * np.sin(np.radians(FARTHEST)))) if usable else 0.0
    y, x = np.mgrid[area.top : area.bottom, area.left : area.right]
    place = np.stack([x, y], axis=-1) - axes.middle
    u, v = place @ axes.along, place @ axes.down
    held = radius + most
    beside = np.minimum(
        (u - start) / max(middle[0] - held - start, 1e-3), (end - u) / max(end - middle[0] - held, 1e-3)
    )
    within = np.clip(beside, 0, 1)
    lids = {name: np.interp(u, curves.steps, getattr(curves, name)) for name in ("top", "upper", "lower")}
    opening = _ramp(v - lids["upper"], RIM * unit) * _ramp(lids["lower"] - v, RIM * unit)
    above = np.clip((v - lids["top"]) / np.maximum(lids["upper"] - lids["top"], 1e-3), 0, 1)
    deep = np.minimum(lids["lower"], middle[1] + radius)
    beneath = 1 - smoothstep(0.0, 1.0, (v - middle[1]) / np.maximum(deep - middle[1] + RIM * unit, 1e-3))
    return Eyeball(
        area=area,
        level=(within * opening).astype(np.float32),
        upright=(_eased(within) * _eased(above) * beneath).astype(np.float32),
        along=axes.along.astype(np.float32),
        down=axes.down.astype(np.float32),
        unit=unit,
        most=most,
    )


def _ramp(distance: Floats, over: float) -> Floats:
    """0 at a lid's edge, 1 as far inside it."""
    return np.clip(distance / over, 0, 1)


def _eased(share: Floats) -> Floats:
    return share * share * (3 - 2 * share)


def _seen(plane: Plane, place: Plane) -> Plane:
    seen: Plane = cv2.remap(plane, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return seen
