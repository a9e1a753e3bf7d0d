"""Engines that read sentence by sentence get our pauses between them."""

import numpy as np
import pytest

from avatars.speech.base import Manner, Speech, SpeechEngine
from avatars.speech.synthesis import synthesizer
from avatars.speech.synthesis.cache import SpeechCache
from avatars.speech.synthesis.sentence_engine import Dictated, Heard

RATE = 16_000
TWO, TWO_PARAGRAPHS = "你好。再见。", "你好。\n\n再见。"


class Hum(Dictated):
    """Half a second of noise for each sentence."""

    @classmethod
    def probe(cls, **_options):
        raise NotImplementedError

    def say(self, words, *, language, voice, speed):
        noise = np.random.default_rng(1).uniform(-0.5, 0.5, RATE // 2)
        return Heard(samples=noise.astype(np.float32), rate=RATE)


@pytest.fixture(scope="module")
def hum():
    return Hum(voice="hum", parallel=1)


@pytest.mark.parametrize(("text", "pause", "more"), [(TWO, 1.3, 1.0), (TWO, 0.0, -0.3), (TWO_PARAGRAPHS, 1.3, 2.3)])
def test_the_pause_of_the_digital_human_is_kept_between_sentences(hum, tmp_path, text, pause, more):
    kept, about = SpeechCache(tmp_path), {"name": "hum"}

    def seconds(words: str, manner: Manner) -> float:
        options = {"voice": "hum", "manner": manner, "kept": kept, "about": about}
        return synthesizer.joined(synthesizer.parts(hum, words, **options)).seconds

    usual = seconds(TWO, Manner())
    assert seconds(text, Manner(pause=pause)) - usual == pytest.approx(more, abs=0.01)
    assert seconds(TWO, Manner()) == usual, "each is kept apart"


class Listening(Hum):
    """Notes how it was asked to say each sentence."""

    def say_at(self, words, *, language, voice, speed, pitch):
        self.asked = [*getattr(self, "asked", []), (words, speed, pitch)]
        return super().say_at(words, language=language, voice=voice, speed=speed, pitch=pitch)


def test_marks_change_the_speed_of_each_sentence_and_are_not_said():
    engine = Listening(voice="hum", parallel=1)
    engine.speak("[慢]你好。[cheerful, fast] Good day. 再见。", voice="hum")
    assert engine.asked == [("你好。", 0.85, 0.0), ("Good day.", 1.2075, 0.07), ("再见。", 1.0, 0.0)]


def test_a_calm_sentence_stays_softer_than_its_neighbour(hum):
    speech = hum.speak("你好。[calm]你好。", voice="hum")
    half = len(speech.samples) // 2
    first, second = (np.sqrt(np.square(part).mean()) for part in (speech.samples[:half], speech.samples[half:]))
    assert second < 0.9 * first


def test_the_mood_of_a_digital_human_is_part_of_what_is_kept(hum, tmp_path):
    kept, about = SpeechCache(tmp_path), {"name": "hum"}

    def samples(manner: Manner):
        options = {"voice": "hum", "manner": manner, "kept": kept, "about": about}
        return synthesizer.joined(synthesizer.parts(hum, "你好。再见！", **options)).samples

    usual = samples(Manner())
    assert not np.array_equal(samples(Manner(automatic=True)), usual)
    assert np.array_equal(samples(Manner()), usual)


class Whole(SpeechEngine):
    """Knows text only, and nothing of marks."""

    @classmethod
    def probe(cls, **_options):
        raise NotImplementedError

    def speak(self, text, *, voice, speed=1.0, progress=None):
        self.text = text
        return Speech(samples=np.ones(RATE, np.float32) / 2, rate=RATE, sounds=(), tokens=())


def test_an_engine_without_moods_never_sees_a_mark():
    engine = Whole()
    list(synthesizer.parts(engine, "[慢]你好。", voice="any"))
    assert engine.text.strip() == "你好。"
    assert engine.controls == frozenset()
