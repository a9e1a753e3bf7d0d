"""Requirements for recognition engines: they understand our own speech by telephone and hear nothing in silence."""

import difflib
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from avatars.conformance.base import Broken, Check, demand
from avatars.media import amr, audio_segments, ffmpeg
from avatars.recognition.base import RATE, RecognitionEngine, Transcript
from avatars.speech.base import Speech, SpeechEngine

Samples = NDArray[np.float32]

SENTENCES = {
    "zh": ("请问怎么请假？我想知道什么时候发工资。", "zf_xiaobei"),
    "en": ("Welcome to the company. How do I take annual leave?", "af_heart"),
}
"""The text for a language, and the voice of ours that speaks it."""
HINTS = ("怎么请假", "什么时候发工资")
ALIKE = 0.8  # 0..1, of the characters: telephone sound may cost single ones, but not a word in five
NOTHING = (0.0, 0.1, 3.0)
"""Seconds of silence and of noise."""


class Listener:
    """The stage: an engine, and the source of recordings: `voice` makes the built-in voice.

    It raises `NotApplicable` if that voice is not installed.
    """

    def __init__(self, engine: RecognitionEngine, voice: Callable[[], SpeechEngine]) -> None:
        self.engine, self._voice = engine, voice
        self._recordings: dict[str, Samples] = {}

    def recording(self, language: str) -> Samples:
        """Our own speech in a language, as a voice message carries it."""
        if language not in self._recordings:
            text, voice = SENTENCES[language]
            self._recordings[language] = through_a_telephone(self._voice().speak(text, voice=voice))
        return self._recordings[language]


def through_a_telephone(speech: Speech) -> Samples:
    """Speech after AMR of 12.2 kbit/s, at the rate that recognition engines take."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        path = Path(folder) / "said.wav"
        audio_segments.write_wav(path, speech.samples, speech.rate)
        return ffmpeg.samples(amr.parts(path, Path(folder))[0], RATE)


def alike(first: str, second: str) -> float:
    """The likeness of two texts, 0..1: letters and numbers count."""
    kept = ["".join(char for char in text.lower() if char.isalnum()) for text in (first, second)]
    return difflib.SequenceMatcher(None, kept[0], kept[1]).ratio()


def _answers(stage: Listener) -> None:
    heard = stage.engine.transcribe(np.zeros(RATE, np.float32))
    if not isinstance(heard, Transcript):
        raise Broken(gettext_noop("It returned a %(kind)s and no Transcript."), kind=type(heard).__name__)


def _understands(language: str) -> Callable[[Listener], None]:
    def test(stage: Listener) -> None:
        samples, said = stage.recording(language), SENTENCES[language][0]
        heard = stage.engine.transcribe(samples, language="zh", hints=HINTS)
        demand(
            alike(heard.text, said) > ALIKE,
            gettext_noop("It heard “%(heard)s” instead of “%(said)s”."),
            heard=heard.text,
            said=said,
        )
        demand(heard.language == language, gettext_noop("It took it for the language “%(code)s”."), code=heard.language)
        length = len(samples) / RATE
        message = gettext_noop("It reports %(said).1f s for a recording of %(heard).1f s.")
        demand(abs(heard.seconds - length) < 1, message, heard=length, said=heard.seconds)

    return test


def _hears_nothing_in(noise: float) -> Callable[[Listener], None]:
    def test(stage: Listener) -> None:
        for seconds in NOTHING:
            loud = np.random.default_rng(1).normal(scale=noise, size=round(seconds * RATE)) if noise else 0.0
            samples = np.zeros(round(seconds * RATE), np.float32) + np.float32(1) * np.asarray(loud, np.float32)
            text = stage.engine.transcribe(samples).text
            message = gettext_noop("In %(seconds).1f s of it, it heard “%(text)s”.")
            demand(text == "", message, seconds=seconds, text=text)

    return test


CHECKS = (
    Check(
        key="answers",
        title=_("It takes a recording and gives a transcript"),
        remedy=_("Return a Transcript from transcribe()."),
        test=_answers,
    ),
    Check(
        key="chinese",
        title=_("It understands Chinese through a telephone"),
        remedy=_("Take samples of 16 kHz, and a model that knows Mandarin; say “zh” as the language."),
        test=_understands("zh"),
    ),
    Check(
        key="english",
        title=_("It understands English, though Chinese was likely"),
        remedy=_("Take the language that is passed as likely only, and a model that knows English; say “en”."),
        test=_understands("en"),
    ),
    Check(
        key="silence",
        title=_("It hears nothing in silence"),
        remedy=_("Return an empty text for a recording without speech, or of no length."),
        test=_hears_nothing_in(0.0),
    ),
    Check(
        key="noise",
        title=_("It hears nothing in noise"),
        remedy=_("Look for a voice first: models invent words for noise."),
        test=_hears_nothing_in(0.01),
    ),
)
