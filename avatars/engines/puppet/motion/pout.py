"""Rounded lips leave a round opening in their middle: jaw and rounding alone would leave a sickle along the lip."""

import numpy as np
from numpy.typing import NDArray

from avatars.engines.puppet.face.geometry import smoothstep
from avatars.engines.puppet.motion.lips import aperture
from avatars.engines.puppet.rig.expressions import JAW_DROP
from avatars.engines.puppet.rig.parameters import LIPS, Expression

ROUNDS = 0.40, 0.95
"""Between these amounts of rounding an opening becomes round."""


def pouting(face: NDArray[np.float32]) -> NDArray[np.float32]:
    """The poses with openings that are as round as their lips; how far these are apart in the middle stays the same."""
    rounded = smoothstep(*ROUNDS, np.asarray(face[:, Expression.ROUND], np.float64))
    pouted = face.copy()
    pouted[:, Expression.POUT] = rounded * aperture(face[:, list(LIPS)].astype(np.float64)) / JAW_DROP
    return pouted
