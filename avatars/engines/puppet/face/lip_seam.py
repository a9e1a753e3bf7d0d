"""The seam of closed lips: the mesh's line is moved onto the picture's dark seam, where the mouth has to open."""

import cv2
import numpy as np

from avatars.engines.base import Picture
from avatars.engines.puppet.face.geometry import Anatomy, smoothstep
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import INNER_LOWER, INNER_UPPER

COLUMNS = 41  # places along the mouth at which the seam is looked for: four between two points of the mesh
OFFSETS = np.linspace(-0.03, 0.03, 25)
"""Eye distances above and below the mesh's line: further away are the edges of the lips."""
BEND = 6.0  # grey levels that a step of one offset between neighbours costs: higher keeps the line straighter


def on_seam(picture: Picture, face: Anatomy) -> Floats:
    """Points (478, 3) with both inner lips on one line along the darkest path between the corners of the mouth."""
    upper, lower = face.points[list(INNER_UPPER), :2], face.points[list(INNER_LOWER), :2]
    line = (upper + lower) / 2
    along = np.linspace(0, len(line) - 1, COLUMNS)
    start = np.stack([np.interp(along, np.arange(len(line)), line[:, axis]) for axis in (0, 1)], axis=1)
    offsets = _darkest_path(_costs(picture, face, start)) * face.unit
    offsets = cv2.GaussianBlur(offsets[None].astype(np.float32), (0, 0), 1.5)[0]
    steps = np.arange(len(line), dtype=np.float64)
    # The corners are where the mesh is surest; the correction fades towards them.
    trust = smoothstep(0, 1.5, steps) * smoothstep(0, 1.5, len(line) - 1 - steps)
    moved = line + (np.interp(steps, along, offsets) * trust)[:, None] * face.down
    points = face.points.copy()
    for i in range(1, len(line) - 1):
        points[[INNER_UPPER[i], INNER_LOWER[i]], :2] = moved[i]
    return points


def _costs(picture: Picture, face: Anatomy, start: Floats) -> Floats:
    """Brightness above the column's darkest, plus a little for going away from the mesh; (columns, offsets)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = cv2.GaussianBlur(grey, (0, 0), max(0.6, face.unit * 0.006))
    where = (start[:, None] + OFFSETS[None, :, None] * face.unit * face.down).astype(np.float32)
    values = cv2.remap(grey, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float64)
    costs: Floats = values - values.min(axis=1, keepdims=True) + 0.15 * np.abs(OFFSETS * 100) ** 1.5
    return costs


def _darkest_path(costs: Floats) -> Floats:
    """The cheapest offset of every column where neighbours may not differ much (dynamic programming)."""
    choices = np.arange(costs.shape[1])
    bend = BEND * np.abs(choices[:, None] - choices[None, :])
    total, back = costs[0], []
    for column in costs[1:]:
        reach = total[None, :] + bend
        back.append(reach.argmin(axis=1))
        total = column + reach.min(axis=1)
    path = [int(total.argmin())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return OFFSETS[path[::-1]]
