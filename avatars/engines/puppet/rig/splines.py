"""Smooth interpolation between scattered points: thin-plate splines, for fields over thousands of nodes at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatars.engines.puppet.face.mesh import Floats

Reals = NDArray[np.floating[Any]]
CHUNK = 4096  # points interpolated together: bounds the memory of their distances to all centres


class ThinPlate:
    """Interpolates `values` (n, channels) given at `centres` (n, 2); `smoothing` forgives points close together."""

    def __init__(self, centres: Floats, values: Floats, *, smoothing: float = 2e-4) -> None:
        centres, first = np.unique(centres.round(6), axis=0, return_index=True)
        count = len(centres)
        plane = np.column_stack([np.ones(count), centres])
        system = np.zeros((count + 3, count + 3))
        system[:count, :count] = _bend(_squares(centres, centres)) + smoothing * np.eye(count)
        system[:count, count:] = plane
        system[count:, :count] = plane.T
        right = np.concatenate([values[first], np.zeros((3, values.shape[1]))])
        solution = np.linalg.solve(system, right)
        self._centres = centres.astype(np.float32)
        self._weights = solution[:count].astype(np.float32)
        self._plane = solution[count:]

    def __call__(self, where: Floats) -> NDArray[np.float32]:
        """Values at `where` (m, 2): float32 of shape (m, channels)."""
        out = np.empty((len(where), self._weights.shape[1]), np.float32)
        for start in range(0, len(where), CHUNK):
            part = where[start : start + CHUNK]
            bent = _bend(_squares(part.astype(np.float32), self._centres))
            out[start : start + CHUNK] = bent @ self._weights + self._plane[0] + part @ self._plane[1:]
        return out


def _squares(a: Reals, b: Reals) -> Reals:
    """Squared distances, from differences: the shorter way through products loses the small ones in float32."""
    across, down = a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1]
    return across * across + down * down


def _bend(squares: Reals) -> Reals:
    """The thin plate's kernel r² log r from r²."""
    return 0.5 * squares * np.log(np.maximum(squares, 1e-20))
