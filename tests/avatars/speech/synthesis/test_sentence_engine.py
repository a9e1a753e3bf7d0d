"""Engines that read sentence by sentence get our pauses between them."""

import numpy as np
import pytest

from avatars.speech.base import Manner
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
