"""The light on the skin around the mouth relative to the reference frame, from frame to frame."""

import numpy as np

from avatars.engines.puppet.face.geometry import Anatomy
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.moving.face_track import SPOTS

WINDOW = 9  # frames over which light is smoothed: less lets noise flicker, more lags behind a turn
DARKEST = 8.0  # grey level that darker colours count as: ratios of darker ones are noise
MOST = 0.5
"""Of the logarithm: beyond it, a spot is covered rather than lit otherwise."""


def gains(colours: Floats, reference: int, face: Anatomy) -> Floats:
    """The logarithm of light in each frame, (n, 3, 3): for each colour a constant, and how it changes along and down
    the mouth, per eye distance; from the colours (n, spots, 3) at `SPOTS`."""
    place = face.in_mouth(face.points[list(SPOTS), :2]) / face.unit
    flat = np.column_stack([np.ones(len(place)), place])
    ratio = np.log(np.maximum(colours, DARKEST)) - np.log(np.maximum(colours[reference], DARKEST))
    # A spot that a gesture or a fold of the cheek covers must not tint the mouth.
    middle = np.median(ratio, axis=1, keepdims=True)
    ratio = middle + np.clip(ratio - middle, -0.12, 0.12)
    planes: Floats = np.einsum("ks,nsc->nck", np.linalg.pinv(flat), np.clip(ratio, -MOST, MOST))
    window = min(WINDOW, len(planes) - (len(planes) + 1) % 2)
    if window < 3:
        return planes
    # Its import takes a second, which portraits without a video need not wait for.
    from scipy.signal import savgol_filter

    return np.asarray(savgol_filter(planes, window, 1, axis=0))
