"""Outlines and lines, in the units of the painter: pure geometry."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
Pair = tuple[float, float]


def _catmull_rom(knots: Points, steps: int) -> Points:
    """The curve through all but the first and the last knot, `steps` points to a stretch."""
    t = np.arange(steps, dtype=np.float64)[None, :, None] / steps
    before, start, end, after = (knots[i : len(knots) - 3 + i, None, :] for i in range(4))
    slope_in, slope_out = (end - before) / 2, (after - start) / 2
    bend = 3 * (end - start) - 2 * slope_in - slope_out
    twist = 2 * (start - end) + slope_in + slope_out
    curve: Points = start + t * (slope_in + t * (bend + t * twist))
    return np.concatenate([curve.reshape(-1, 2), knots[-2:-1]])


def closed(knots: Sequence[Pair] | Points, steps: int = 12) -> Points:
    """The smooth closed outline through the knots."""
    ring = np.asarray(knots, dtype=np.float64)
    return _catmull_rom(np.concatenate([ring[-1:], ring, ring[:2]]), steps)[:-1]


def line(knots: Sequence[Pair] | Points, steps: int = 12) -> Points:
    """The smooth open line through the knots, its ends included."""
    path = np.asarray(knots, dtype=np.float64)
    first, last = 2 * path[:1] - path[1:2], 2 * path[-1:] - path[-2:-1]
    return _catmull_rom(np.concatenate([first, path, last]), steps)


def mirrored(points: ArrayLike) -> Points:
    """The same points on the other side of the face."""
    return np.asarray(points, dtype=np.float64) * [-1.0, 1.0]


def shifted(points: ArrayLike, x: float, y: float) -> Points:
    """The same points elsewhere."""
    return np.add(np.asarray(points, dtype=np.float64), (x, y))


def both_halves(right: Sequence[Pair] | Points) -> Points:
    """A symmetric outline from its right half, listed along the edge; knots on the axis are not doubled."""
    half = np.asarray(right, dtype=np.float64)
    other = mirrored(half[half[:, 0] > 0])[::-1]
    return np.concatenate([half, other])


def sided(points: Points, side: int) -> Points:
    """The points as they are for side 1, mirrored for side -1."""
    return points if side > 0 else mirrored(points)


def oval(x: float, y: float, radius_x: float, radius_y: float, degrees: float = 0.0) -> Points:
    """An ellipse, turned clockwise by so many degrees."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    turn = np.radians(degrees)
    across, down = radius_x * np.cos(angle), radius_y * np.sin(angle)
    return np.stack(
        [x + across * np.cos(turn) - down * np.sin(turn), y + across * np.sin(turn) + down * np.cos(turn)], 1
    )


def along(path: Points, count: int) -> Points:
    """The path as `count` points at equal distances."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    wanted = np.linspace(0, length[-1], count)
    return np.stack([np.interp(wanted, length, path[:, 0]), np.interp(wanted, length, path[:, 1])], 1)


def band(path: Points, widths: ArrayLike) -> Points:
    """The two edges (n, 2, 2) of a line that is as wide as `widths` (a number or n of them)."""
    slope = np.gradient(path, axis=0)
    length = np.maximum(np.hypot(slope[:, 0], slope[:, 1]), 1e-9)
    normal = np.stack([-slope[:, 1], slope[:, 0]], 1) / length[:, None]
    half = np.broadcast_to(np.asarray(widths, dtype=np.float64) / 2, len(path))[:, None]
    aside = normal * half
    edges: Points = np.stack([path + aside, path - aside], 1)
    return edges


def ribbon(path: Points, widths: ArrayLike) -> Points:
    """The closed outline of a line that is as wide as `widths` (a number or n of them)."""
    edges = band(path, widths)
    return np.concatenate([edges[:, 0], edges[::-1, 1]])


def tapered(count: int, start: float, end: float, power: float = 1.0) -> NDArray[np.float64]:
    """Widths for a hair: thin at both ends, thickest between; `start` and `end` say how thin, 0..1."""
    t = np.linspace(0, 1, count)
    swell = np.sin(np.pi * t) ** power
    return np.maximum(swell, start * (1 - t) + end * t)
