"""How far the lips of a portrait look apart, against how far they are told to be: measured once, then made up for.

Thin, painted or shaded lips hide a narrow opening, others show it too soon. So the rig is filmed in a few shapes of the
mouth, the mesh says what is seen, and from then on a narrow mouth is opened until it looks as open as it should be.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Mode
from avatars.engines.puppet.camera import Camera
from avatars.engines.puppet.lips import DROP_GAP, JAW_GAP, LIFT_GAP, aperture
from avatars.engines.puppet.mesh import Face, FaceMesh, Floats
from avatars.engines.puppet.motion import smiling
from avatars.engines.puppet.parameters import LIPS, Expression, Head
from avatars.engines.puppet.rig import Rig
from avatars.engines.puppet.topology import LIP_BOTTOM, LIP_TOP

GAPS = (0.03, 0.06, 0.10, 0.16)
SHAPES = (-0.65, 0.0, 0.93)
"""From spread to pursed."""
SHARES = (0.4, 0.9)
"""How much of the gap the jaw makes; the rest is the lips'."""
LEAST, MOST = 0.55, 1.9


def measure(rig: Rig, mesh: FaceMesh) -> Floats:
    """What the mesh sees (shapes, shares, gaps) where `GAPS` are asked for, in parts of what it sees of a wide one."""
    camera = Camera(rig, Mode.LIPSYNC)
    still = np.zeros(len(Head), np.float32)
    seen = np.tile(np.array(GAPS), (len(SHAPES), len(SHARES), 1))
    face = mesh.find(rig.portrait)[0]
    for i, shape in enumerate(SHAPES):
        for j, share in enumerate(SHARES):
            for k, gap in reversed(list(enumerate(GAPS))):
                pose = _pose(gap, shape, share)[None]
                if rig.face.shows_teeth:
                    pose = smiling(pose, float(rig.face.gaps.max()))
                frame = camera.frame(pose[0], still, 0.0)
                # Twice: the first look is framed by the mouth of the pose before, and leans towards it.
                face = mesh.track(frame, mesh.track(frame, face))
                seen[i, j, k] = _apart(face)
    wide_open = seen[SHAPES.index(0.0), -1, -1] / GAPS[-1]
    measured: Floats = seen / max(wide_open, 1e-3)
    return measured


def made_up(face: NDArray[np.float32], seen: Floats) -> NDArray[np.float32]:
    """Poses (n, 9) whose lips look as far apart as these ask for, where `seen` was measured."""
    lips = face[:, list(LIPS)].astype(np.float64)
    asked = aperture(lips)
    shape = lips[:, LIPS.index(Expression.ROUND)] - lips[:, LIPS.index(Expression.WIDE)]
    share = JAW_GAP * np.maximum(0.0, lips[:, LIPS.index(Expression.JAW)]) / np.maximum(asked, 1e-6)
    factors = np.stack([[np.interp(asked, GAPS, _factors(row)) for row in rows] for rows in seen])
    (i, x), (j, y) = _between(shape, SHAPES), _between(share, SHARES)
    n = np.arange(len(face))
    spread = factors[i, j, n] * (1 - y) + factors[i, j + 1, n] * y
    pursed = factors[i + 1, j, n] * (1 - y) + factors[i + 1, j + 1, n] * y
    factor = spread * (1 - x) + pursed * x
    changed = face.copy()
    changed[:, [Expression.JAW, Expression.RAISE, Expression.DROP]] *= factor[:, None].astype(np.float32)
    return changed


def _between(value: Floats, steps: tuple[float, ...]) -> tuple[NDArray[np.int64], Floats]:
    """The step before each value, and how far it is on the way to the next."""
    place = np.interp(value, steps, np.arange(len(steps)))
    before = np.minimum(place.astype(np.int64), len(steps) - 2)
    return before, place - before


def _apart(face: Face) -> float:
    return float(np.linalg.norm(face.points[LIP_TOP, :2] - face.points[LIP_BOTTOM, :2])) / face.eye_distance


def _factors(seen: Floats) -> Floats:
    """By how much each of `GAPS` has to be multiplied for it to be seen."""
    rising = np.maximum.accumulate(seen + np.arange(len(GAPS)) * 1e-6)
    needed = np.interp(GAPS, rising, GAPS)
    smooth = cv2.GaussianBlur(np.clip(needed / GAPS, LEAST, MOST)[None], (0, 0), 0.6, borderType=cv2.BORDER_REPLICATE)
    factors: Floats = smooth[0]
    return factors


def _pose(gap: float, shape: float, share: float) -> NDArray[np.float32]:
    pose = np.zeros(len(Expression), np.float32)
    pose[Expression.NEUTRAL] = 1
    pose[Expression.ROUND], pose[Expression.WIDE] = max(0.0, shape), max(0.0, -shape)
    pose[Expression.JAW] = share * gap / JAW_GAP
    pose[Expression.RAISE] = (1 - share) * gap * 0.45 / LIFT_GAP
    pose[Expression.DROP] = (1 - share) * gap * 0.55 / DROP_GAP
    return pose
