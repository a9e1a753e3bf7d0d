"""A long sound in little memory: it is read in blocks, of which every few samples are kept."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.inspection.expectations import Expected
from avatars.media import ffmpeg
from avatars.speech.audio.sample_buffer import let_go

Samples = NDArray[np.float32]

CLIPPED_LEVEL = 0.999  # of full scale
BLOCK = 1 << 16
"""Samples that are looked at together."""


@dataclass
class Heard:
    """The sound of a shot `thinned`, and of all its samples the `peak`, and how many there are and are `clipped`."""

    thinned: Samples
    peak: float = 0.0
    clipped: int = 0
    length: int = 0

    def add(self, piece: Samples) -> None:
        """Measure the next samples."""
        level = np.abs(piece)
        self.peak = max(self.peak, float(level.max(initial=0.0)))
        self.clipped += int((level >= CLIPPED_LEVEL).sum())
        self.length += len(piece)


class Thinned:
    """Samples `thinned`, of which only the pieces that are asked for are made."""

    def __init__(self, samples: Samples, step: int) -> None:
        self._samples, self._step = samples, step

    def __len__(self) -> int:
        return len(self._samples) // self._step

    def __getitem__(self, part: slice) -> Samples:
        start, stop, _ = part.indices(len(self))
        piece = thinned(self._samples[start * self._step : stop * self._step], self._step)
        let_go(self._samples)
        return piece

    def louder_than(self, level: float) -> tuple[int, int] | None:
        """The first and the last place that is louder; None where there is none."""
        edges: list[int] = []
        for start in range(0, len(self), BLOCK):
            places = np.flatnonzero(np.abs(self[start : start + BLOCK]) > level)
            if len(places):
                edges += [start + int(places[0]), start + int(places[-1])]
        return (edges[0], edges[-1]) if edges else None


def heard_in(path: Path, expected: Expected, step: int) -> Heard:
    """The sound of a video during the shot, at the rate of its speech."""
    rate = expected.shot.speech.rate
    first = round(expected.begins * rate)
    last = first + round(expected.shot.frame_count / expected.shot.fps * rate)
    heard = Heard(thinned=np.zeros((last - first) // step, np.float32))
    rest, kept = np.zeros(0, np.float32), 0
    for number, block in enumerate(ffmpeg.sound_blocks(path, rate, length=BLOCK)):
        piece = block[max(0, first - number * BLOCK) : max(0, last - number * BLOCK)]
        heard.add(piece)
        piece = np.concatenate([rest, piece])
        few = thinned(piece, step)
        heard.thinned[kept : kept + len(few)] = few
        rest, kept = piece[len(few) * step :], kept + len(few)
    heard.thinned = heard.thinned[:kept]
    return heard


def thinned(samples: Samples, step: int) -> Samples:
    """Every `step`th of them, each the mean of its neighbours."""
    whole = len(samples) // step * step
    mean: Samples = samples[:whole].reshape(-1, step).mean(axis=1)
    return mean
