"""Another number of samples a second, by a polyphase filter.

The result equals scipy's `resample_poly`, whose import would delay the first speech of each process by a second.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_REACH = 10
"""Zero crossings of the filter on each side."""
_BETA = 5.0
"""Of the Kaiser window that ends the filter."""


def resampled(samples: Samples, up: int, down: int = 1) -> Samples:
    """The same sound with `up` samples for every `down`, which have no common divisor; there is silence around it."""
    filtered = np.empty(-(-len(samples) * up // down), np.float32)
    if not len(filtered):
        return filtered
    taps, reach = _filter(up, down)
    around = sliding_window_view(np.pad(np.asarray(samples, np.float32), reach), 2 * reach + 1)
    # Every `up`-th sample weighs those around it alike.
    for first in range(min(up, len(filtered))):
        place, phase = divmod(first * down, up)
        part = filtered[first::up]
        part[:] = around[place::down][: len(part)] @ taps[phase]
    return filtered


def _filter(up: int, down: int) -> tuple[NDArray[np.float32], int]:
    """The weights (up, 2 * reach + 1) of the samples around, for each place between two of them; and the reach."""
    widest = max(up, down)
    half = _REACH * widest
    low_pass = np.sinc(np.arange(-half, half + 1) / widest) * np.kaiser(2 * half + 1, _BETA)
    low_pass *= up / low_pass.sum()
    reach = half // up + 1
    place = np.arange(up)[:, None] + np.arange(reach, -reach - 1, -1) * up + half
    inside = (place >= 0) & (place <= 2 * half)
    return np.where(inside, low_pass[np.where(inside, place, 0)], 0.0).astype(np.float32), reach
