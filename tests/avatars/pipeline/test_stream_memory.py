"""Memory does not grow with speech, which is in files, and it is the same as speech made at once."""

import os
import threading
import tracemalloc
from itertools import count

import numpy as np
import pytest

from avatars.engines.base import Setup
from avatars.exceptions import ScriptError
from avatars.framing.scene import Scene
from avatars.pipeline import spoken_segments
from avatars.pipeline.frames import LOOKS_BACK
from avatars.pipeline.montage import montage
from avatars.pipeline.sound_feed import PreparedSound
from avatars.speech.base import Speech
from avatars.speech.synthesis import background, synthesizer
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.support.fake_engines import RATE, Sentences, Tone

SENTENCE = "你好世界今天天气很好。"
SECONDS = len(SENTENCE) * 0.2 + 0.8
FPS = 25
PATIENCE = 60
LITTLE = 0.5
"""Bytes per sample, for sounds and words: the samples themselves would take 4."""


def followed(text) -> Speech:
    """The speech of a text that is spoken as it is drawn, by a reader like that of a video."""
    asked = threading.Event()

    def wait_until_asked(number):
        assert asked.wait(PATIENCE)
        asked.clear()

    def begin(report):
        return Sentences(wait_until_asked).parts(text, voice="a", progress=report)

    with background.delivered(begin, waits=lambda share: asked.set()) as stream:
        taken = 0
        for frame in count(1):
            if stream.until(frame / FPS) < frame / FPS:
                return stream.whole()
            end = frame * RATE // FPS
            assert len(stream.samples(max(0, taken - 300), end)) >= len(stream.heard(taken, end)) == end - taken
            taken = end
            stream.forget(frame / FPS - LOOKS_BACK)
    raise AssertionError


def traced_peak(work, seconds):
    """Bytes at most while this is done with speech of so many seconds."""
    tracemalloc.start()
    work(SENTENCE * round(seconds / SECONDS))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_streamed_speech_is_not_in_memory():
    followed(SENTENCE)
    short, long = traced_peak(followed, 30), traced_peak(followed, 120)
    assert (long - short) / (90 * RATE) < LITTLE


def test_the_sound_of_segments_is_not_in_memory(tmp_path):
    def spoken(words):
        return Sentences().parts(words, voice="a")

    def heard(text):
        cuts = range(0, len(text), len(SENTENCE))
        said = spoken_segments.speak_segments(text, cuts, spoken, fps=FPS, folder=tmp_path)
        shot = Setup(portrait=np.zeros((2, 2, 3), np.uint8)).with_speech(
            spoken_segments.whole_speech(said, folder=tmp_path)
        )
        sound = PreparedSound(shot, montage(Scene(), (2, 2), fps=FPS), tmp_path)
        return sum(len(sound.until(frames)) for frames in range(0, shot.frame_count, FPS))

    heard(SENTENCE * 2)
    short, long = traced_peak(heard, 30), traced_peak(heard, 120)
    assert (long - short) / (90 * RATE) < LITTLE


def test_files_of_speech_are_closed_and_the_whole_stays():
    before = len(os.listdir("/proc/self/fd"))
    whole = followed(SENTENCE * 3)
    assert len(os.listdir("/proc/self/fd")) == before + 1, "that which the whole refers to"
    assert np.abs(whole.samples).max() > 0


def test_speech_that_was_streamed_equals_speech_made_at_once():
    text = f"{SENTENCE}你好！{SENTENCE * 20}"
    streamed, whole = followed(text), synthesizer.joined(Sentences(lambda number: None).parts(text, voice="a"))
    assert streamed.samples.tobytes() == whole.samples.tobytes()
    assert (streamed.rate, streamed.sounds, streamed.tokens) == (whole.rate, whole.sounds, whole.tokens)


def test_samples_that_were_forgotten_are_refused_not_made_up():
    part = Tone().speak("你好", voice="a")
    stream = SpeechStream()
    for _ in range(3):
        stream.add(part)
    stream.forget(1.5 * part.seconds)
    length = len(part.samples)
    assert np.array_equal(stream.samples(length, 3 * length), np.tile(part.samples, 2))
    assert len(stream.heard(0, 3 * length)) == 3 * length
    with pytest.raises(ValueError, match="forgotten"):
        stream.samples(length - 1, length + 9)


def test_speech_that_is_all_there_is_not_copied():
    speech = Tone().speak("你好", voice="a")
    stream = SpeechStream.of(speech)
    assert np.shares_memory(stream.heard(5, 50), speech.samples)
    assert stream.whole() is speech
    assert stream.samples(5, 50).tobytes() == speech.samples[5:50].tobytes()


@pytest.mark.parametrize("sign", [1, -1])
def test_speech_of_one_sign_is_audible(sign):
    speech = Tone().speak("你", voice="a")
    loud = Speech(samples=sign * np.abs(speech.samples), rate=RATE, sounds=(), tokens=())
    assert background.audible(loud) is loud
    with pytest.raises(ScriptError):
        background.audible(Speech(samples=loud.samples * np.float32(0), rate=RATE, sounds=(), tokens=()))
