"""Samples that grow at their end, in one piece of memory."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

GROWTH = 1 << 19
"""Samples of room that are added at a time: 2 MB."""


class SampleBuffer:
    """As `np.concatenate` of all parts, without a moment at which each sample is there twice."""

    def __init__(self) -> None:
        self._room: Samples = np.zeros(0, np.float32)
        self._length = 0

    def append(self, part: Samples) -> None:
        """Add samples at the end."""
        end = self._length + len(part)
        if end > len(self._room):
            # Grows in place where the system can; nothing else refers to this array, because `cut` copies.
            self._room.resize(end + GROWTH, refcheck=False)
        self._room[self._length : end] = part
        self._length = end

    def cut(self, first: int, last: int) -> Samples:
        """A copy of the samples from `first` to before `last`."""
        return self._room[first : min(last, self._length)].copy()

    def whole(self) -> Samples:
        """All samples, not copied: nothing may be appended after that."""
        self._room.resize(self._length, refcheck=False)
        return self._room
