"""The output of a speech engine: sound, and the time of every phoneme and of every piece of the author's text."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from avatars.adapters.availability import Probed
from avatars.speech.text.pronunciations import Pronunciation
from avatars.speech.text.speaking_style import Mood

SENTENCE_PAUSE = 0.3  # seconds between two sentences, where a script asks for no other

Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Sound:
    """One phoneme. `symbol` is IPA as the renderer's viseme table knows it, "" for silence; times in seconds."""

    symbol: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Place:
    """A word, character or number group of the author's text."""

    offset: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Token:
    """A piece of the author's text (a Chinese character, an English word, a number) and when it is spoken.

    `offset` and `length` are its place in the script as written, so that captions show the author's words even
    where something else is read ("2026年" is shown, "二零二六年" is spoken). Times in seconds.
    """

    offset: int
    length: int
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Speech:
    """Mono speech. `samples` is float32 of shape (n,) in -1..1; `sounds` and `tokens` are sorted and do not overlap."""

    samples: NDArray[np.float32]
    rate: int
    sounds: tuple[Sound, ...]
    tokens: tuple[Token, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


@dataclass(frozen=True, kw_only=True)
class Manner:
    """The manner of speech beside voice and speed: words with a reading of their own, and seconds between sentences.

    `mood` is for sentences without a mark; if it is `automatic`, their words may suggest another. `fresh`: the cache is
    not used.
    """

    lexicon: tuple[Pronunciation, ...] = ()
    pause: float = SENTENCE_PAUSE
    mood: Mood = Mood.NEUTRAL
    automatic: bool = False
    fresh: bool = False


NATURAL = Manner()


class Control(StrEnum):
    """The parts of a voice that a mood or a pace may change."""

    PACE = "pace"
    LOUDNESS = "loudness"
    PITCH = "pitch"
    RANGE = "range"


class SpeechEngine(Probed, ABC):
    """A voice. Models load in `__init__`, which raises `EngineMissing` where a file or package is absent.

    `controls` lists the properties of the voice that marks and moods can change.
    """

    controls: ClassVar[frozenset[Control]] = frozenset()

    @abstractmethod
    def speak(self, text: str, *, voice: str, speed: float = 1.0, progress: Progress | None = None) -> Speech:
        """Say `text` (Chinese, English or both) and return the speech; `progress` is called with 0..1.

        Raises `ScriptError` where nothing in the text can be spoken.
        """


@dataclass(frozen=True, kw_only=True)
class Recital:
    """A text while it is spoken: its `parts` in order, each as soon as it is there, silence between sentences included.

    Times are from the beginning of a part. Parts are not levelled yet: `reciting.joined` levels the whole. `places` of
    the text, in order, have tokens in one of the parts; empty where that is not known before.
    """

    parts: Generator[Speech, None, None]
    places: tuple[Place, ...] = ()

    def __iter__(self) -> Iterator[Speech]:
        return self.parts


class FluentEngine(SpeechEngine):
    """A voice that says a text sentence by sentence, and takes a manner."""

    @abstractmethod
    def parts(
        self, text: str, *, voice: str, speed: float = 1.0, manner: Manner = NATURAL, progress: Progress | None = None
    ) -> Recital:
        """Begin to say a text. Raises as `speak` does, before the first part."""


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A word that the engine itself gave a time: a stretch of a passage's words, and seconds of its sound."""

    first: int
    last: int
    start: float
    end: float
