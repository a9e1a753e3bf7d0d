"""Small working engines: a tone per character, and a portrait whose mouth is a light.

They are quick, so that what is around them can be tested often. A voice named for a mishap has it.
"""

import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from itertools import count, pairwise

import numpy as np

from avatars.engines.base import Picture, Setup, StreamingEngine, frame_count
from avatars.exceptions import EngineFailed, EngineMissing, PortraitError, ScriptError
from avatars.recognition.base import RATE as HEARD_RATE
from avatars.recognition.base import RecognitionEngine, Transcript
from avatars.speech.base import (
    NATURAL,
    FluentEngine,
    Manner,
    Place,
    Progress,
    Recital,
    Sound,
    Speech,
    SpeechEngine,
    Token,
)
from avatars.speech.synthesis.cache import rounded
from avatars.speech.synthesis.stream import SpeechStream
from avatars.speech.synthesis.synthesizer import joined

RATE = 24_000
SECONDS_PER_CHARACTER = 0.2
PAUSE = 0.4


class Tone(SpeechEngine):
    """A note per character, silence before and after; voices `hang`, `crash`, `greedy`, `buggy`, `chatty` misbehave."""

    def speak(self, text: str, *, voice: str, speed: float = 1.0, progress: Progress | None = None) -> Speech:
        if not text.strip():
            raise ScriptError("There is nothing to say.", code="empty", remedy="Write something.", field="text")
        if progress is not None:
            progress(0.5)
        misbehave(voice, text)
        each = SECONDS_PER_CHARACTER / speed
        starts = [PAUSE + index * each for index in range(len(text))]
        notes = [np.sin(np.arange(round(each * RATE)) * 0.05 * (1 + index % 3)) * 0.3 for index in range(len(text))]
        pause = np.zeros(round(PAUSE * RATE))
        samples = np.concatenate([pause, *notes, pause]).astype(np.float32)
        spans = [(start, start + each) for start in starts]
        return Speech(
            samples=samples * (0 if voice == "mute" else 1),
            rate=RATE,
            sounds=tuple(Sound(symbol="a", start=start, end=end) for start, end in spans),
            tokens=tuple(Token(offset=i, length=1, start=start, end=end) for i, (start, end) in enumerate(spans)),
        )


class Sentences(FluentEngine):
    """`Tone`, sentence by sentence. Before each but the first it does what its voice is named for, or `between`, which
    is told how many were said."""

    def __init__(self, between: Callable[[int], object] | None = None) -> None:
        self._between = between

    def speak(self, text: str, *, voice: str, speed: float = 1.0, progress: Progress | None = None) -> Speech:
        return joined(self.parts(text, voice=voice, speed=speed, progress=progress))

    def parts(
        self, text: str, *, voice: str, speed: float = 1.0, manner: Manner = NATURAL, progress: Progress | None = None
    ) -> Recital:
        ends = [place + 1 for place, char in enumerate(text) if char in "。！"]
        spans = list(pairwise([0, *ends, *([len(text)] if text[-1:] not in "。！" else [])]))
        return Recital(
            parts=self._said(text, spans, voice, speed, progress),
            places=tuple(Place(offset=place, length=1) for place in range(len(text))),
        )

    def _said(
        self, text: str, spans: Sequence[tuple[int, int]], voice: str, speed: float, progress: Progress | None
    ) -> Generator[Speech, None, None]:
        for number, (start, end) in enumerate(spans):
            if number and self._between is not None:
                self._between(number)
            elif number:
                misbehave(voice, text)
            part = Tone().speak(text[start:end], voice="a", speed=speed)
            if progress is not None:
                progress((number + 1) / len(spans))
            tokens = tuple(replace(token, offset=token.offset + start) for token in part.tokens)
            yield replace(part, samples=rounded(part.samples), tokens=tokens)


class Light(StreamingEngine):
    """A square in the middle of the picture, as bright as the sound is loud; `faults` make frames that are wrong."""

    def __init__(self, *, fault: str = "") -> None:
        self.fault = fault
        if fault == "missing":
            raise EngineMissing("Its weights are missing.", code="engine_unavailable", remedy="Bring them.")

    def follow(self, setup: Setup, speech: SpeechStream) -> Iterator[Picture]:
        if self.fault == "no_face":
            raise PortraitError("There is no face.", code="no_face", remedy="Choose another photograph.")
        frame = setup.portrait.copy()
        if self.fault == "black":
            frame[:] = 0
        height, width = frame.shape[:2]
        mouth = frame[height // 2 : height // 2 + height // 8, width // 2 : width // 2 + width // 8]
        for index in count():
            known = speech.until((index + 1) / setup.fps)
            left = frame_count(known, setup.fps) - index
            if left <= (1 if self.fault == "short" and speech.over else 0):
                return
            if index == 3 and self.fault == "failed":
                raise EngineFailed("It failed.", code="engine_failed", field="render_engine")
            if index == 3:
                misbehave(self.fault, "")
            middle = int((index + 0.5) / setup.fps * speech.rate)
            near = speech.samples(max(0, middle - 300), middle + 300)
            if self.fault == "" and near.size:
                # A mouth that is never still while it speaks.
                open_or_half = 1.0 if index // 3 % 2 else 0.7
                mouth[:] = int(255 * open_or_half * min(1.0, float(np.abs(near).max()) * 2))
            yield frame


def misbehave(voice: str, text: str) -> None:
    """Do what the voice is named for."""
    if voice == "hang":
        threading.Event().wait()
    if voice == "crash":
        os._exit(3)
    if voice == "greedy":
        hoard = np.ones(600 * 1024 * 1024 // 8)
        threading.Event().wait()
        hoard.sum()
    if voice == "buggy":
        raise ZeroDivisionError(text)
    if voice == "counted":
        with open(os.path.join(os.environ["OPENUSER_VAR_DIR"], "spoken"), "a") as file:
            file.write("spoken\n")
    if voice == "chatty":
        os.write(1, b"a library prints something\n")


BEEP = 0.06  # seconds of one bit: a tone, or none


class Ear(RecognitionEngine):
    """Hears words that were beeped: the bits of their UTF-8, each a tone or silence, after one that is a tone."""

    def transcribe(
        self, samples: "np.typing.NDArray[np.float32]", *, language: str = "", hints: Sequence[str] = ()
    ) -> Transcript:
        length = round(BEEP * HEARD_RATE)
        bits = [
            float(np.abs(samples[at : at + length][length // 4 : -length // 4]).mean()) > 0.05
            for at in range(0, len(samples) - length // 2, length)
        ]
        bits = bits[1:] if bits[:1] == [True] else []
        data = np.packbits(np.array(bits[: len(bits) // 8 * 8], bool)).tobytes().rstrip(b"\0")
        text = data.decode(errors="ignore")
        misbehave(text, text)
        return Transcript(text=text, language=language or "zh", seconds=len(samples) / HEARD_RATE)


def beeped(text: str) -> np.ndarray:
    """The words as mono samples of 16 kHz, as `Ear` hears them."""
    bits = [1, *np.unpackbits(np.frombuffer(text.encode(), np.uint8))]
    tone = np.sin(np.arange(round(BEEP * HEARD_RATE)) * 2 * np.pi * 700 / HEARD_RATE) * 0.5
    return np.concatenate([tone * bit for bit in bits]).astype(np.float32)
