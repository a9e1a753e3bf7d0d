"""Engines that give sound and nothing else: they read one sentence after another, the rest is ours.

Ours are the words as they are read (numbers, dates), the time of every sound, the pauses and the level. Light to
import, for the settings.
"""

from abc import abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from avatars.adapters.http_client import strange
from avatars.exceptions import AvatarError
from avatars.speech.base import SENTENCE_PAUSE, Anchor, Control, Progress, Speech, SpeechEngine
from avatars.speech.text.speaking_style import Mood

FIELD = "speech_engine"
SPEEDS = (0.5, 2.0)  # times the usual tempo, as of the built-in voice
# Seconds for each sound, and beside them: a longer speech is of another text, or noise.
LONGEST_SOUND, LONGEST_START = 1.5, 10.0
INAUDIBLE = 1e-4  # of full scale (−80 dB): an engine whose sound has no louder sample said nothing


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that the engine gave a time, in seconds of its sound."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The speech of an engine: mono samples in -1..1, and the times of words, where it knows them."""

    samples: NDArray[np.float32]
    rate: int
    words: tuple[Word, ...] = ()


class Dictated(SpeechEngine):
    """`voice` is the default voice, `parallel` how many sentences are requested at once.

    `cache_dir` is for engines that keep files.
    """

    controls: ClassVar[frozenset[Control]] = frozenset({Control.PACE, Control.LOUDNESS})

    def __init__(self, *, cache_dir: str | Path | None = None, voice: str = "", parallel: int = 2) -> None:
        from avatars.speech.text.normalisation import Normaliser
        from core.text import chinese_words

        chinese_words.load()
        self._normaliser = Normaliser()
        self._voice, self._parallel = voice, parallel

    @abstractmethod
    def say(self, sentence: str, *, language: str, voice: str, speed: float) -> Heard:
        """One sentence, from several threads at once; `language` is "zh" or "en". Raises `EngineFailed`."""

    def say_at(self, sentence: str, *, language: str, voice: str, speed: float, pitch: float) -> Heard:
        """As `say`, higher by a share of the pitch where the engine can; others leave it."""
        return self.say(sentence, language=language, voice=voice, speed=speed)

    def speak(
        self,
        text: str,
        *,
        voice: str,
        speed: float = 1.0,
        progress: Progress | None = None,
        pause: float = SENTENCE_PAUSE,
        mood: Mood = Mood.NEUTRAL,
        automatic: bool = False,
    ) -> Speech:
        """See `SpeechEngine.speak`; `pause` seconds are between sentences, more between paragraphs. For `mood` and
        `automatic` see `Manner`.

        Raises `EngineFailed` too, for all that the engine does wrong.
        """
        from avatars.speech.synthesis.assembly import Take, assembled
        from avatars.speech.synthesis.sentences import Passage, passages

        who = voice or self._voice
        _check(who, speed)
        planned = passages(text, self._normaliser, mood=mood, automatic=automatic)

        def take(passage: Passage) -> Take:
            prosody = passage.style.prosody
            heard = self.say_at(
                passage.line,
                language=passage.language.value,
                voice=who,
                speed=passage.style.speed(speed),
                pitch=prosody.pitch,
            )
            _judge(heard, len(passage.units))
            return Take(
                passage=passage,
                samples=heard.samples * np.float32(10 ** (prosody.gain / 20)),
                rate=heard.rate,
                anchors=_anchors(passage.words, heard.words),
            )

        takes = []
        pool = ThreadPoolExecutor(max_workers=self._parallel, thread_name_prefix="dictation")
        try:
            for done in pool.map(take, planned):
                takes.append(done)
                if progress is not None:
                    progress(len(takes) / len(planned))
        finally:
            pool.shutdown(cancel_futures=True)
        return assembled(takes, pause=pause)


def _check(voice: str, speed: float) -> None:
    if not voice:
        raise AvatarError(
            "No voice was named.",
            code="voice_unknown",
            remedy="Name one under Voices, as the engine calls it.",
            field="voice",
        )
    if not SPEEDS[0] <= speed <= SPEEDS[1]:
        raise AvatarError(
            f"The speed {speed} is out of range.",
            code="speed_out_of_range",
            remedy="Choose between 0.5 and 2.",
            field="speed",
        )


def _judge(heard: Heard, units: int) -> None:
    seconds = len(heard.samples) / heard.rate
    if not len(heard.samples) or not np.isfinite(heard.samples).all():
        raise strange("The engine gave no sound.", field=FIELD)
    if float(np.abs(heard.samples).max()) < INAUDIBLE:
        raise strange("The engine gave silence.", field=FIELD)
    if seconds > LONGEST_START + LONGEST_SOUND * units:
        raise strange(f"The engine gave {seconds:.0f} seconds for one sentence.", field=FIELD)


def _anchors(sentence: str, timed: Sequence[Word]) -> tuple[Anchor, ...]:
    """The places of the engine's words in our sentence; none at all if one is not found after the one before."""
    anchors: list[Anchor] = []
    reached = 0
    for word in timed:
        at = sentence.find(word.text, reached)
        if at < 0:
            return ()
        reached = at + len(word.text)
        anchors.append(Anchor(first=at, last=reached, start=word.start, end=word.end))
    return tuple(anchors)
