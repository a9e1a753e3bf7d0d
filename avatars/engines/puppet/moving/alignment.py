"""The maps from the lower face of the reference frame to each frame, and the motion of the person's own mouth.

The head is followed as a rigid body by points that no expression moves, smoothed over a fifth of a second, so that the
mouth does not tremble on the face. The remaining motion of the lips and the jaw is the person's own speech.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatars.engines.puppet.face.geometry import anatomy, smoothstep
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import CHIN, FIRST_IRIS, LIPS, NOSE_BASE

RIGID = (
    *(33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 2, 98, 327, 94, 48, 278, 115, 344, 64, 294),
    *(127, 356, 162, 389, 21, 251, 54, 284, 103, 332, 67, 297, 109, 338, 10, 151, 108, 337, 69, 299),
    *(234, 454, 227, 447, 116, 345, 117, 346, 118, 347, 123, 352),
)
"""Corners of the eyes, nose, forehead, temples, cheekbones."""
NEAR = frozenset((5, 4, 1, 2, 98, 327, 94, 48, 278, 115, 344, 64, 294))
"""The lower nose: it is next to the mouth, so it counts more."""
NEAR_WEIGHT = 3.0  # times the weight of the other rigid points
WINDOW, OWN_WINDOW, ORDER = 11, 5, 2
"""Frames over which the head's way and the lips' are smoothed, by a polynomial of this order: a nod keeps its height.

Against heads whose way is known, the mouth then trembles by 0.1 to 0.25 pixels from frame to frame; without, by 0.6."""
MODES = 10
"""About as many independent motions as a person's mouth has: further ones are noise of the mesh."""
TRACE = 0.02  # of full weight, 0..1: points of less move with the head and have no motion of their own


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """`maps` (n, 2, 3) lead from pixels of the reference frame to those of each frame, for the lower face. The person's
    own mouth moved the 478 points by `amounts` (n, k) of `modes` (k, 478, 2), pixels of the reference frame."""

    maps: Floats
    amounts: Floats
    modes: Floats


def align(points: Floats, reference: int) -> Alignment:
    """From the meshes (n, 478, 3) of all frames, in pixels."""
    base = points[reference]
    lower = lower_face(base)
    maps = _smooth(_maps(points, base, lower), WINDOW)
    moving = np.flatnonzero(lower > TRACE)
    own = _smooth(_own(points[:, moving], maps) - base[None, moving, :2], OWN_WINDOW) * lower[moving, None]
    flat = own.reshape(len(own), -1)
    # The directions in which the points move most: eigenvectors, the largest last.
    _sizes, directions = np.linalg.eigh(flat.T @ flat)
    chosen = directions[:, : -MODES - 1 : -1].T
    modes = np.zeros((len(chosen), *base[:, :2].shape))
    modes[:, moving] = chosen.reshape(len(chosen), -1, 2)
    return Alignment(maps=maps, amounts=flat @ chosen.T, modes=modes)


def lower_face(points: Floats) -> Floats:
    """The weight of mouth and jaw at each of the first 468 points: 1 on lips and chin, 0 from the nose upwards and at
    the sides, where a turn of the head hides the face's edge."""
    local = anatomy(points).local[:FIRST_IRIS]
    nose, chin = local[NOSE_BASE, 1], local[CHIN, 1]
    down = smoothstep(nose - 0.02, nose + 0.16, local[:, 1])
    middle = np.exp(-((local[:, 0] / (0.62 * max(0.5, float(chin)))) ** 4))
    weight: Floats = down * middle
    weight[LIPS] = 1.0
    return weight


def _maps(points: Floats, base: Floats, lower: Floats) -> Floats:
    """The affine map of the lower face of each frame: the head turned in space as its rigid points say (Umeyama)."""
    rigid = list(RIGID)
    weights = np.array([NEAR_WEIGHT if point in NEAR else 1.0 for point in rigid])
    share = weights / weights.sum()
    before, after = share @ base[rigid], share @ points[:, rigid]
    a, b = base[rigid] - before, points[:, rigid] - after[:, None]
    u, sizes, vt = np.linalg.svd(np.einsum("p,npi,pj->nij", weights, b, a))
    signs = np.ones_like(sizes)
    signs[:, 2] = np.sign(np.linalg.det(u @ vt))
    turns = (u * signs[:, None]) @ vt
    scales = (sizes * signs).sum(axis=1) / (weights[:, None] * a * a).sum()
    chosen = np.flatnonzero(lower > 0.5)
    turned = np.einsum("n,nij,pj->npi", scales, turns, base[chosen] - before) + after[:, None]
    solve = np.linalg.pinv(np.column_stack([base[chosen, :2], np.ones(len(chosen))]))
    maps: Floats = np.einsum("kp,npi->nik", solve, turned[..., :2])
    return maps


def _own(points: Floats, maps: Floats) -> Floats:
    """Points of each frame, in pixels of the reference frame."""
    back = np.linalg.inv(maps[:, :, :2])
    own: Floats = np.einsum("nij,npj->npi", back, points[..., :2] - maps[:, None, :, 2])
    return own


def _smooth(track: Floats, window: int) -> Floats:
    """Along the first axis, without delay."""
    window = min(window, len(track) - (len(track) + 1) % 2)
    if window <= ORDER:
        return track
    # Its import takes a second, which portraits without a video need not wait for.
    from scipy.signal import savgol_filter

    smooth: NDArray[np.float64] = savgol_filter(track, window, ORDER, axis=0)
    return smooth
