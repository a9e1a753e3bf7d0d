"""Alignment: when each sound is spoken, in recordings with known words."""

import itertools

import numpy as np
import pytest

from avatars.engines.puppet.motion.lips import aperture, lip_poses
from avatars.speech.alignment import align
from avatars.speech.alignment.classes import class_of
from avatars.speech.base import Sound
from avatars.speech.train_alignment import CHINESE, ENGLISH, errors, measure

TEXTS = ("欢迎参加今年的培训，祝大家身体健康。", "Thank you for coming, we hope you enjoy the show.")


@pytest.fixture(scope="module", params=TEXTS, ids=["zh", "en"])
def speech(request, kokoro):
    """A blend that the model was not measured on, saying what it was not measured on, with the times of its maker."""
    return kokoro.speak(request.param, voice="0.5*zf_xiaoyi+0.5*af_heart")


def found_in(speech, **options):
    """The sounds of a speech where the alignment finds them."""
    symbols = [sound.symbol or " " for sound in speech.sounds]
    spans = align(speech.samples, speech.rate, symbols, **options)
    return [Sound(symbol=symbols[span.number], start=span.start, end=span.end) for span in spans]


@pytest.mark.thorough
def test_sounds_are_found_where_the_synthesiser_put_them(speech):
    known = [sound for sound in speech.sounds if class_of(sound.symbol)]
    off = [abs(mine.start - truth.start) for mine, truth in zip(found_in(speech), known, strict=True)]
    assert np.median(off) <= 0.03
    assert np.mean(np.array(off) < 0.1) >= 0.85


def test_lips_move_as_they_would_with_the_true_times(speech):
    times = (np.arange(int(speech.seconds * 25)) + 0.5) / 25
    curves = [
        aperture(lip_poses(sounds, times, strength=1.0).astype(float)) for sounds in (speech.sounds, found_in(speech))
    ]
    assert np.corrcoef(*curves)[0, 1] >= 0.8


def test_another_rate_and_a_quiet_noisy_recording_change_little(speech):
    from scipy.signal import resample_poly

    before = found_in(speech)
    noisy = resample_poly(speech.samples, 2, 3) * 0.1
    noisy = (noisy + np.random.default_rng(1).standard_normal(len(noisy)) * 0.0003).astype(np.float32)
    symbols = [sound.symbol or " " for sound in speech.sounds]
    after = align(noisy, 16_000, symbols)
    off = [abs(one.start - other.start) for one, other in zip(before, after, strict=True)]
    assert np.median(off) <= 0.03


def test_a_pause_between_words_is_left_silent(kokoro):
    speech = kokoro.speak("你好。", voice="zf_xiaoyi")
    gap = np.zeros(round(0.8 * speech.rate), np.float32)
    twice = np.concatenate([speech.samples, gap, speech.samples])
    one = [sound.symbol for sound in speech.sounds if sound.symbol]
    spans = align(twice, speech.rate, [*one, " ", *one])
    assert spans[len(one)].start - spans[len(one) - 1].end > 0.7


def test_every_sound_gets_a_span_even_where_words_differ():
    noise = np.random.default_rng(2).standard_normal(16_000).astype(np.float32) * 0.1
    for symbols in (["n", "i", " ", "x", "a"], ["a"] * 200):
        spans = align(noise, 16_000, symbols)
        assert [span.number for span in spans] == [n for n, symbol in enumerate(symbols) if symbol != " "]
        assert all(0 <= span.start < span.end <= 1.001 for span in spans)
        assert all(a.end <= b.start + 1e-9 for a, b in itertools.pairwise(spans))
    assert align(noise, 16_000, [" "]) == []
    assert align(noise[:0], 16_000, ["a"])[0].end == 0


@pytest.mark.thorough  # trains a model: the one that ships is measured above
def test_a_model_of_two_voices_finds_the_sounds_of_a_third(kokoro):
    taught = [kokoro.speak(text, voice=voice) for voice in ("zf_xiaobei", "zm_yunxi") for text in CHINESE[:2]]
    taught += [kokoro.speak(text, voice="am_michael") for text in ENGLISH[:1]]
    found = errors(measure(taught), [kokoro.speak(CHINESE[2], voice="zm_yunjian")])
    assert found.median <= 30
    assert found.within >= 0.7
