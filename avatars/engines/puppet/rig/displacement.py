"""From moving points to moving pixels: how grid nodes move for every number of a pose, once per portrait.

Lips that touch can part, so the face has two layers: one in which only the upper lip's points pull, one in which only
the lower lip's do. A frame's displacement is a linear mix of these fields.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatars.engines.puppet.face.geometry import Anatomy, Box, sample, smoothstep
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import (
    FIRST_IRIS,
    INNER_LOWER,
    INNER_UPPER,
    LOWER_LIP,
    LOWER_RINGS,
    OVAL,
    UPPER_LIP,
    UPPER_RINGS,
)
from avatars.engines.puppet.rig.body import Surroundings, head_maps
from avatars.engines.puppet.rig.parameters import Expression
from avatars.engines.puppet.rig.splines import ThinPlate

Layer = NDArray[np.float32]

NODES_PER_UNIT = 45  # nodes of the grid on an eye distance: more follow finer motions and cost every frame
CLOSING_STEPS = 3  # corrections, after which the contours of both lips coincide
OVERLAP = 0.022  # eye distances by which closed lips overlap in the middle


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Bases in pixels over grid nodes `cell` pixels apart; node (i, j) is the middle of its cell.

    `face` (expressions, rows, columns, 2) covers `face_window`, `upper` and `lower` cover `mouth_window` (nodes).
    `head` (`body.MAPS`, rows, columns) is how head and body move. `points` (expressions, 478, 2) and `head_points`
    (`body.MAPS`, 478): the same at the mesh's points.
    """

    cell: int
    face_window: Box
    mouth_window: Box
    face: Layer
    upper: Layer
    lower: Layer
    head: Layer
    points: NDArray[np.float32]
    head_points: NDArray[np.float32]

    @property
    def rows(self) -> int:
        return int(self.head.shape[1])

    @property
    def columns(self) -> int:
        return int(self.head.shape[2])


def make_fields(face: Anatomy, moves: Floats, around: Surroundings) -> Fields:
    """All bases of a portrait; `moves` are the displacements of `expressions.displacements`."""
    cell = max(1, round(face.unit / NODES_PER_UNIT))
    rows, columns = -(-around.height // cell), -(-around.width // cell)
    pixels = (moves @ face.axes.T)[..., :2] * face.unit
    if face.shows_teeth:
        pixels[Expression.NEUTRAL] = _closing(face, pixels[Expression.NEUTRAL])
    nodes = _nodes(Box(left=0, top=0, right=columns, bottom=rows), cell)
    window = _around_oval(face, cell).within(columns, rows)
    mouth = _around_mouth(face, cell).within(columns, rows)
    upper = _expression_field(face, pixels, nodes[window.area], LOWER_LIP + list(INNER_LOWER[1:-1]))
    lower = _expression_field(face, pixels, nodes[window.area], UPPER_LIP + list(INNER_UPPER[1:-1]))
    below = _below_seam(face, nodes[window.area])[..., None]
    head = head_maps(face, nodes, cell, around)
    part = mouth.inside(window).area
    at_points = sample(head.transpose(1, 2, 0), (face.points[:, :2] + 0.5) / cell - 0.5)
    return Fields(
        cell=cell,
        face_window=window,
        mouth_window=mouth,
        face=np.ascontiguousarray(upper + (lower - upper) * below),
        upper=np.ascontiguousarray(upper[:, *part]),
        lower=np.ascontiguousarray(lower[:, *part]),
        head=head,
        points=pixels.astype(np.float32),
        head_points=at_points.T.astype(np.float32),
    )


def skin_layer(face: Anatomy, pixels: Floats, window: Box, cell: int) -> Layer:
    """The motion of the skin at a window of nodes by the 478 points: (n, rows, columns, 2) of `pixels` (n, 478, 2)."""
    return _expression_field(face, pixels, _nodes(window, cell), [])


def _nodes(window: Box, cell: int) -> Floats:
    y, x = np.mgrid[window.top : window.bottom, window.left : window.right]
    return (np.stack([x, y], axis=-1) + 0.5) * cell - 0.5


def _around_oval(face: Anatomy, cell: int) -> Box:
    """The nodes that expressions can reach: the face's oval with room for the fade beyond it."""
    oval = face.points[list(OVAL), :2]
    low, high = oval.min(axis=0), oval.max(axis=0)
    reach = (high - low) * 0.37
    left, top = np.floor((low - reach) / cell).astype(int)
    right, bottom = np.ceil((high + reach) / cell).astype(int)
    return Box(left=int(left), top=int(top), right=int(right), bottom=int(bottom))


def _around_mouth(face: Anatomy, cell: int) -> Box:
    """The mouth's box with room to look back along a wide open jaw."""
    return mouth_box(face).grown(round(0.3 * face.unit)).nodes(cell)


def mouth_box(face: Anatomy) -> Box:
    """The box of pixels in which lips part, in any pose."""
    x, y = face.mouth
    half = (0.675 * 2 * face.half_mouth + 0.12) * face.unit
    return Box(left=int(x - half), top=int(y - 0.30 * face.unit), right=int(x + half), bottom=int(y + 0.50 * face.unit))


def _closing(face: Anatomy, move: Floats) -> Floats:
    """Corrects the closing motion of an open portrait until both inner lips overlap by a trace.

    Where the mesh is a little off, that trace hides the rim of teeth which would shine between closed lips.
    """
    move = move.copy()
    overlap = OVERLAP * face.unit * np.sin(np.linspace(0, np.pi, len(INNER_UPPER))) ** 0.5
    for _ in range(CLOSING_STEPS):
        upper = face.in_mouth(face.points[list(INNER_UPPER), :2] + move[list(INNER_UPPER)])
        lower = face.in_mouth(face.points[list(INNER_LOWER), :2] + move[list(INNER_LOWER)])
        to_lower = np.interp(upper[:, 0], lower[:, 0], lower[:, 1]) - upper[:, 1] + overlap
        to_upper = lower[:, 1] - np.interp(lower[:, 0], upper[:, 0], upper[:, 1]) + overlap
        for i in range(1, len(INNER_UPPER) - 1):
            for ring, follow in zip(UPPER_RINGS, (1.0, 0.95, 0.85, 0.70), strict=True):
                move[ring[i]] += 0.36 * to_lower[i] * follow * face.down
            for ring, follow in zip(LOWER_RINGS, (1.0, 0.95, 0.85, 0.75), strict=True):
                move[ring[i]] -= 0.64 * to_upper[i] * follow * face.down
    return move


def _expression_field(face: Anatomy, pixels: Floats, nodes: Floats, without: list[int]) -> Layer:
    """One lip layer over `nodes`: (motions, rows, columns, 2); still on rings around the face, faded out beyond."""
    oval = face.points[list(OVAL), :2]
    middle = oval.mean(axis=0)
    centres, values = [], []
    kept = np.setdiff1d(np.arange(FIRST_IRIS), without)
    centres.append(face.points[kept, :2])
    values.append(pixels[:, kept])
    # The jaw pulls a little on the neck; further out nothing moves.
    for factor, leak in ((1.22, 0.30), (1.55, 0.0), (2.1, 0.0)):
        centres.append(middle + (oval - middle) * factor)
        values.append(pixels[:, list(OVAL)] * leak)
    known = np.concatenate(values, axis=1).transpose(1, 0, 2).reshape(-1, 2 * len(pixels))
    spline = ThinPlate(np.concatenate(centres) / face.unit, known)
    field = spline(nodes.reshape(-1, 2) / face.unit).reshape(*nodes.shape[:2], len(pixels), 2)
    across, down = face.in_oval(nodes)
    fade = 1 - smoothstep(1.25, 1.7, np.hypot(across, down))
    faded: Layer = (field * fade[..., None, None]).transpose(2, 0, 1, 3).astype(np.float32)
    return faded


def _below_seam(face: Anatomy, nodes: Floats) -> Layer:
    """0 above the line of the mouth, 1 below, with a soft step."""
    line = face.in_mouth((face.points[list(INNER_UPPER), :2] + face.points[list(INNER_LOWER), :2]) / 2)
    place = face.in_mouth(nodes)
    distance = place[..., 1] - np.interp(place[..., 0], line[:, 0], line[:, 1])
    step: Layer = (1 / (1 + np.exp(-np.clip(distance / (0.02 * face.unit), -60, 60)))).astype(np.float32)
    return step
