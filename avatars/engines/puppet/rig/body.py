"""The motion of head, neck and body: weights over the grid nodes, once per portrait. The wall behind them stays.

The head turns on the neck, which follows it. The chest rises and widens with the breath, most at the shoulders, and the
whole person leans about the hips, which are below the picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.puppet.face.geometry import Anatomy, smoothstep
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import CHEEK_LEFT, CHEEK_RIGHT, FIRST_IRIS, HINGES, OVAL
from avatars.engines.puppet.rig.splines import ThinPlate

Layer = NDArray[np.float32]

MAPS = 8
"""Weighted by how much a node belongs to the head: x, y and depth from its pivot, and 1; by how much it belongs to the
body: how far it rises and widens with the breath, how far it goes right and down where the person leans."""
HEAD_BREATH = 0.35
"""The share of the shoulders' rise that reaches the head: the neck takes up the rest."""
SHOULDERS, BELLY, LOW_BREATH = 1.6, 7.0, 0.3
"""Half heights of the face below its middle where the chest rises most, and where only this much is left of that."""
WIDENS, HALF_SHOULDERS = 0.45, 2.3
"""Of its rise: the widening of the chest at the ends of the shoulders; eye distances from these to the middle."""
HIPS = 7.0
"""Eye distances (90 mm in adults) from the middle of the face to the hips, about which a person leans."""
FADES = 1.0
"""Eye distances over which motion towards the border of the picture ends before it."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The limits of the fields: the size of the picture in pixels, the person in it, and which of its four sides (left,
    top, right, bottom) go on in the portrait, so that motion has to end before them."""

    width: int
    height: int
    person: NDArray[np.float32]
    open_sides: tuple[bool, bool, bool, bool]


def head_maps(face: Anatomy, nodes: Floats, cell: int, around: Surroundings) -> Layer:
    """The `MAPS` of a portrait over all nodes; each is exactly 0 on the wall."""
    across, down = face.in_oval(nodes)
    rim = np.hypot(across / 1.28, down / np.where(down < 0, 1.62, 1.2))
    person = _person(face, nodes, cell, around)
    weight = _still(1 - smoothstep(1.0, 1.85, rim)) * person * _sides(nodes.shape[1], nodes.shape[0], around.open_sides)
    oval = face.points[list(OVAL), :2]
    pivot = oval.mean(axis=0) + np.array([0.0, 1.25 * np.ptp(oval[:, 1]) / 2])
    place = nodes - pivot
    depth = _depth(face, nodes, cell) - face.points[[CHEEK_LEFT, CHEEK_RIGHT, *HINGES], 2].mean()
    # The neck turns about itself: taken for the back of the head it would slide against the chin.
    depth = depth * (1 - smoothstep(1.0, 1.4, down))
    head = [place[..., 0] * weight, place[..., 1] * weight, depth * weight, weight]
    maps = np.stack([*head, *_body_maps(face, nodes, cell, around, weight, person)])
    return np.ascontiguousarray(maps.astype(np.float32))


def _body_maps(
    face: Anatomy, nodes: Floats, cell: int, around: Surroundings, head: Floats, person: Floats
) -> tuple[Floats, ...]:
    """The lift and the widening of the breath, and the shifts right and down of a lean of 1, in eye distances."""
    oval = face.points[list(OVAL), :2]
    height, middle = np.ptp(oval[:, 1]) / 2, oval.mean(axis=0)
    x, y = (nodes - middle)[..., 0], (nodes - middle)[..., 1]
    chest = smoothstep(0.9 * height, SHOULDERS * height, y)
    chest *= 1 - (1 - LOW_BREATH) * smoothstep(SHOULDERS * height, BELLY * height, y)
    reach = FADES * face.unit / cell
    inside = _from_sides(nodes.shape[1], nodes.shape[0], reach, around.open_sides)
    # Motion along a border may reach it; motion across it would show a place outside of the picture.
    upright, level = (
        _from_sides(nodes.shape[1], nodes.shape[0], reach, sides)
        for sides in ((False, True, False, True), (True, False, True, False))
    )
    lift = np.maximum(chest, HEAD_BREATH * head) * upright * person * inside
    widen = WIDENS * chest * np.clip(x / (HALF_SHOULDERS * face.unit), -1, 1) * level * person * inside
    right = (HIPS - y / face.unit) * level * person * inside
    sink = x / face.unit * upright * person * inside
    return lift, widen, right, sink


def _person(face: Anatomy, nodes: Floats, cell: int, around: Surroundings) -> Floats:
    """The person and a soft rim around: 1 inside, exactly 0 on the wall behind."""
    size = (nodes.shape[1], nodes.shape[0])
    mask = cv2.resize(around.person, size, interpolation=cv2.INTER_AREA)
    radius = 0.05 * face.unit / cell
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=max(1, int(radius)))
    soft = cv2.GaussianBlur(mask, (0, 0), max(1.0, radius))
    return _still(soft.astype(np.float64))


def _sides(columns: int, rows: int, open_sides: tuple[bool, bool, bool, bool]) -> Floats:
    """1 inside, falling to 0 at every side where the portrait goes on."""
    left, top, right, bottom = open_sides
    x, y = np.arange(columns, dtype=np.float64), np.arange(rows, dtype=np.float64)
    across, down = np.ones(columns), np.ones(rows)
    if left:
        across *= smoothstep(0, 0.06 * columns, x)
    if right:
        across *= smoothstep(0, 0.06 * columns, x[::-1])
    if top:
        down *= smoothstep(0, 0.06 * rows, y)
    if bottom:
        down *= smoothstep(0, 0.10 * rows, y[::-1])
    return down[:, None] * across[None, :]


def _from_sides(columns: int, rows: int, reach: float, sides: tuple[bool, bool, bool, bool]) -> Floats:
    """1 inside, falling to 0 over so many nodes at these sides (left, top, right, bottom)."""
    x, y = np.arange(columns, dtype=np.float64), np.arange(rows, dtype=np.float64)
    across, down = np.ones(columns), np.ones(rows)
    for wanted, weight, place in zip(sides, (across, down, across, down), (x, y, x[::-1], y[::-1]), strict=True):
        if wanted:
            np.multiply(weight, smoothstep(0, min(reach, len(place) / 4), place), out=weight)
    return down[:, None] * across[None, :]


def _still(weight: Floats) -> Floats:
    """A weight whose last traces are exactly zero, so that still pixels stay bit by bit."""
    kept: Floats = np.maximum(0.0, (weight - 0.004) / 0.996)
    return kept


def _depth(face: Anatomy, nodes: Floats, cell: int) -> Floats:
    """Pixels away from the viewer: the mesh's depth on the face, a back of the head behind it."""
    oval = face.points[list(OVAL), :2]
    middle = oval.mean(axis=0)
    back = float(face.points[list(OVAL), 2].max() + 0.25 * face.unit)
    inner = face.points[0:FIRST_IRIS:2]
    outer = np.concatenate([middle + (oval - middle) * factor for factor in (1.5, 2.6)])
    centres = np.concatenate([inner[:, :2], face.points[list(OVAL), :2], outer])
    values = np.concatenate([inner[:, 2], face.points[list(OVAL), 2], np.full(len(outer), back)])
    spline = ThinPlate(centres / face.unit, values[:, None], smoothing=1e-3)
    depth = spline(nodes.reshape(-1, 2) / face.unit).reshape(nodes.shape[:2])
    depth = np.clip(depth, face.points[:, 2].min(), back).astype(np.float32)
    smooth: Floats = cv2.GaussianBlur(depth, (0, 0), 0.03 * face.unit / cell).astype(np.float64)
    return smooth
