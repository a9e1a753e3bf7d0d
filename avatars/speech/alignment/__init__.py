"""The time of each sound: the sounds of a known text laid along a recording of it, by any speaker.

A small acoustic model (one mean per class of sounds, one covariance for all; 7 kB) was measured on our own voices,
whose synthesiser tells the time of every sound; `training.py` does it, and says how well it fits voices that it never
heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.speech.alignment.classes import SILENCE, class_of
from avatars.speech.alignment.features import FRAME_SECONDS, Floats, features

MODEL = Path(__file__).resolve().parents[2] / "data" / "phones.npz"
# A sound lasts at least so many hops of 10 ms.
SHORTEST = 3
IMPOSSIBLE = -1e9  # score of a path that no real one reaches


@dataclass(frozen=True, kw_only=True)
class Span:
    """The time of the sound with this number, in seconds."""

    number: int
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Acoustics:
    """The acoustic model of classes: log-likelihoods are `features @ weights + offsets`."""

    weights: Floats
    offsets: Floats

    def __call__(self, heard: Floats) -> Floats:
        return np.asarray(heard @ self.weights + self.offsets)


def align(
    samples: NDArray[np.float32], rate: int, symbols: Sequence[str], *, acoustics: Acoustics | None = None
) -> list[Span]:
    """The span of each sound of `symbols`; a symbol without a class (a space, a mark) is a place for silence.

    Every sound gets a span, in order, without overlap, even in a recording of another text: there they are
    spread over the recording. Returns no spans for an empty list.
    """
    sounds = [(number, class_of(symbol)) for number, symbol in enumerate(symbols)]
    states, pauses = _states(sounds)
    wanted = sum(state != SILENCE for state in states)
    heard = features(samples, rate)
    if not wanted:
        return []
    if len(heard) < wanted:
        return _spread([number for number, kind in sounds if kind != SILENCE], len(samples) / rate)
    scores = (acoustics or _model())(heard)
    path = _best_path(scores[:, states], pauses)
    return _spans(path, sounds, states)


def likelihoods(samples: NDArray[np.float32], rate: int) -> Floats:
    """The fit of each class of sounds to every 10 ms of a recording: shape (frames, classes)."""
    return _model()(features(samples, rate))


def _states(sounds: Sequence[tuple[int, int]]) -> tuple[list[int], NDArray[np.bool_]]:
    """The class of every state in order, and which states are pauses that may be left out."""
    states, pauses = [SILENCE], [True]
    for _, kind in sounds:
        if kind != SILENCE:
            states += [kind] * SHORTEST
            pauses += [False] * SHORTEST
        elif not pauses[-1]:
            states.append(SILENCE)
            pauses.append(True)
    if not pauses[-1]:
        states.append(SILENCE)
        pauses.append(True)
    return states, np.array(pauses)


def _best_path(scores: Floats, pauses: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The likeliest state of every frame: a state stays, goes on to the next, or leaves out a pause."""
    count, size = scores.shape
    steps = np.zeros((count, size), np.int8)
    best = np.full(size, IMPOSSIBLE)
    best[0] = scores[0, 0]
    if pauses[0] and size > 1:
        best[1] = scores[0, 1]
    may_skip = np.zeros(size, bool)
    may_skip[2:] = pauses[1:-1]
    for frame in range(1, count):
        came = np.stack([best, np.append(IMPOSSIBLE, best[:-1]), np.append([IMPOSSIBLE] * 2, best[:-2])])
        came[2, ~may_skip] = IMPOSSIBLE
        steps[frame] = np.argmax(came, axis=0)
        best = came[steps[frame], np.arange(size)] + scores[frame]
    path = np.zeros(count, np.int64)
    path[-1] = size - 1 if best[-1] >= best[-2] else size - 2
    for frame in range(count - 1, 0, -1):
        path[frame - 1] = path[frame] - steps[frame, path[frame]]
    return path


def _spans(path: NDArray[np.int64], sounds: Sequence[tuple[int, int]], states: Sequence[int]) -> list[Span]:
    first = np.searchsorted(path, np.arange(len(states)), side="left")
    last = np.searchsorted(path, np.arange(len(states)), side="right")
    spoken = [number for number, kind in sounds if kind != SILENCE]
    begins = [index for index in range(len(states)) if states[index] != SILENCE][::SHORTEST]
    return [
        Span(number=number, start=float(first[at] * FRAME_SECONDS), end=float(last[at + SHORTEST - 1] * FRAME_SECONDS))
        for number, at in zip(spoken, begins, strict=True)
    ]


def _spread(numbers: Sequence[int], seconds: float) -> list[Span]:
    each = seconds / len(numbers)
    return [Span(number=number, start=at * each, end=(at + 1) * each) for at, number in enumerate(numbers)]


@cache
def _model() -> Acoustics:
    with np.load(MODEL) as stored:
        return Acoustics(weights=stored["weights"].astype(np.float64), offsets=stored["offsets"].astype(np.float64))
