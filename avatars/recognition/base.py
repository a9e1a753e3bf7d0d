"""Recognition engines: a recording in, its words and their language out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatars.adapters.availability import Probed

RATE = 16_000
"""Samples per second of an engine's input."""


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """The words of a recording, "" where there are none; `language` is "zh" or "en", `seconds` how long it is."""

    text: str
    language: str
    seconds: float


class RecognitionEngine(Probed, ABC):
    """A recogniser. Models load in `__init__`; it raises `EngineMissing` where a file or package is absent."""

    @abstractmethod
    def transcribe(self, samples: NDArray[np.float32], *, language: str = "", hints: Sequence[str] = ()) -> Transcript:
        """The words in mono float32 samples of 16 kHz, shape (n,), in -1..1.

        `language` is the probable one, "zh" or "en"; `hints` are likely words, the likeliest first.
        """
