"""The pitch of a voice, by autocorrelation."""

import numpy as np
from numpy.typing import NDArray

FRAME, HOP = 0.04, 0.01
LOWEST, HIGHEST = 65, 400
AUDIBLE, VOICED = 0.05, 0.5


def pitches(samples: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """The pitch in hertz of every voiced hundredth of a second."""
    size, peak = round(FRAME * rate), float(np.abs(samples).max(initial=0))
    shortest, longest = rate // HIGHEST, rate // LOWEST
    found = []
    for start in range(0, len(samples) - size, round(HOP * rate)):
        frame = samples[start : start + size]
        if np.sqrt(np.square(frame).mean()) < AUDIBLE * peak:
            continue
        spectrum = np.fft.rfft((frame - frame.mean()) * np.hanning(size), 4 * size)
        likeness = np.fft.irfft(np.square(np.abs(spectrum)))[:size]
        at = shortest + int(likeness[shortest:longest].argmax())
        if likeness[at] > VOICED * likeness[0]:
            found.append(rate / at)
    return np.array(found)
