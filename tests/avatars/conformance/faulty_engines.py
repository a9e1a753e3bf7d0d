"""Engines that keep the contract except for one fault each."""

import os
import re
import threading
from dataclasses import replace

import numpy as np

from avatars.engines.base import RenderEngine
from avatars.exceptions import AvatarError, ScriptError
from avatars.recognition.base import RATE as HEARD_RATE
from avatars.recognition.base import RecognitionEngine, Transcript
from avatars.speech.base import Sound, Speech, SpeechEngine, Token

RATE = 16_000
PAUSE, EACH = 0.3, 0.2
WORD = re.compile(r"[A-Za-z]+|\d+|[\u4e00-\u9fff]")


def end(fault):
    if fault == "hang":
        threading.Event().wait()
    if fault == "crash":
        os._exit(3)
    if fault == "raises":
        raise ZeroDivisionError("by nobody")


class Speaking(SpeechEngine):
    """A note for each word."""

    def __init__(self, fault=""):
        self.fault = fault

    def speak(self, text, *, voice, speed=1.0, progress=None):
        end(self.fault)
        if self.fault == "returns":
            return b"RIFF"
        words = list(WORD.finditer(text))
        if not words and self.fault != "wordless":
            raise ScriptError("No words.", code="nothing_to_say", remedy="Write some.")
        if not 0.5 <= speed <= 2 and self.fault != "any_speed":
            raise AvatarError("Too fast.", code="speed_out_of_range", remedy="Be slower.")
        each = EACH / (1 if self.fault == "one_speed" else speed)
        times = np.arange(round(each * RATE)) / RATE
        note = 0.3 * np.sin(2 * np.pi * 300 * times) * np.sin(np.pi * times / each)
        pause = np.full(round(PAUSE * RATE), 0.2 if self.fault == "abrupt" else 0.0)
        samples = np.concatenate([pause, *[note for _ in words], pause]).astype(np.float32)
        spans = [(PAUSE + n * each, PAUSE + (n + 1) * each) for n in range(len(words))]
        for share in [0.5, 0.2, 1] if self.fault == "backwards" else [0.5, 1]:
            if progress:
                progress(share)
        whole = Speech(
            samples=samples,
            rate=RATE,
            sounds=tuple(Sound(symbol="a", start=start, end=stop) for start, stop in spans),
            tokens=tuple(
                Token(offset=word.start(), length=len(word[0]), start=start, end=stop)
                for word, (start, stop) in zip(words, spans, strict=True)
            ),
        )
        return self.spoiled(whole)

    def spoiled(self, speech):
        changes = {
            "integers": lambda: {"samples": (speech.samples * 32767).astype(np.int16)},
            "loud": lambda: {"samples": speech.samples * 5},
            "silent": lambda: {"samples": speech.samples * 0},
            "overlap": lambda: {"sounds": tuple(replace(sound, start=0.1) for sound in speech.sounds)},
            "mute": lambda: {"sounds": ()},
            "shifted": lambda: {"tokens": tuple(replace(token, offset=token.offset + 1) for token in speech.tokens)},
        }
        return replace(speech, **changes.get(self.fault, dict)())


class Animating(RenderEngine):
    """A square that grows in the middle of the portrait."""

    def __init__(self, fault=""):
        self.fault, self.random = fault, np.random.default_rng()

    def animate(self, shot):
        end(self.fault)
        if self.fault == "nothing":
            return
        for number in range(shot.frame_count - (self.fault == "short")):
            frame = shot.portrait if self.fault == "paints" else shot.portrait.copy()
            middle = len(frame) // 2
            if self.fault != "still":
                frame[middle : middle + 4 + number, 50:90] = 200
            if self.fault == "random":
                frame[middle, 60:70] = self.random.integers(0, 255, (10, 3))
            yield {
                "mirrored": frame[:, ::-1],
                "float": frame / 255,
                "small": frame[::2, ::2],
            }.get(self.fault, frame)


class Listening(RecognitionEngine):
    """Knows the two sentences by how long they are."""

    def __init__(self, fault=""):
        self.fault = fault

    def transcribe(self, samples, *, language="", hints=()):
        from avatars.conformance.recognition import SENTENCES

        end(self.fault)
        if self.fault == "returns":
            return "你好"
        seconds = len(samples) / HEARD_RATE
        loud = len(samples) and np.abs(samples).max() > 0.1
        spoken = "en" if seconds < 3.5 else "zh"
        text = SENTENCES[spoken][0] if loud else ""
        if self.fault == "deaf":
            text = ""
        if self.fault == "invents":
            text = text or "谢谢观看"
        if self.fault == "hears_hiss" and len(samples) and samples.any():
            text = text or "嘶"
        if self.fault == "chinese_only":
            spoken = "zh"
        return Transcript(text=text, language=spoken, seconds=seconds)
