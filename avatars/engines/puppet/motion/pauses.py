"""The pauses of speech."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from avatars.speech.base import Sound


def pauses(sounds: Sequence[Sound], shortest: float) -> list[tuple[float, float]]:
    """From when to when there is silence for so many seconds; for ever where there are no sounds at all.

    The last one ends where the known speech does: it may go on.
    """
    spoken = [sound for sound in sounds if sound.symbol]
    if not sounds:
        return [(0.0, np.inf)]
    edges = [sounds[0].start, *(edge for sound in spoken for edge in (sound.start, sound.end)), sounds[-1].end]
    gaps = list(pairwise(edges))[::2]
    return [(begin, end) for begin, end in gaps if end - begin >= shortest]
