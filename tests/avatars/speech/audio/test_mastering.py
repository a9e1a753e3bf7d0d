"""Mastering: loudness and limits of speech.

What compares with scipy imports it itself: that takes a second, and every process of the suite imports this module.
"""

import numpy as np
import pytest

from avatars.speech.audio import mastering

RATE = 24_000


def make_tone(seconds: float, *, db: float, hertz: float = 997.0) -> mastering.Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return (10 ** (db / 20) * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def make_bursts(seconds: float) -> mastering.Samples:
    noise = np.random.default_rng(1).standard_normal(round(seconds * RATE)) * 0.05
    gate = np.sin(2 * np.pi * 3 * np.arange(len(noise)) / RATE) > 0
    noise[:: RATE // 2] += 0.9
    return np.clip(noise * gate, -1, 1).astype(np.float32)


def test_a_full_scale_tone_measures_as_the_standard_says() -> None:
    assert mastering.loudness(make_tone(3, db=0), RATE) == pytest.approx(-3.01, abs=0.1)
    assert mastering.loudness(make_tone(3, db=-20), RATE) == pytest.approx(-23.01, abs=0.1)


def test_short_and_long_sound_is_weighted_alike() -> None:
    """Where sound is weighted in pieces, each begins with what rings from the one before."""
    from scipy.signal import sosfilt

    long = make_bursts(25)
    energies = mastering._hop_energies(long, RATE, RATE // 10)
    weighted = sosfilt(mastering._k_weighting(RATE), long.astype(np.float64))
    assert energies == pytest.approx(np.square(weighted).reshape(-1, RATE // 10).mean(axis=1), rel=1e-9)


@pytest.mark.parametrize("count", [1, 240, 241, 1000])
def test_the_limiter_looks_as_far_as_scipy_does(count: int) -> None:
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    gains = np.random.default_rng(1).random(count)
    assert mastering._least(gains, 241).tobytes() == minimum_filter1d(gains, 241).tobytes()
    assert mastering._means(gains, 241) == pytest.approx(uniform_filter1d(gains, 241), abs=1e-12)


def test_silence_is_left_out_of_the_loudness() -> None:
    tone = make_tone(3, db=-20)
    with_silence = np.concatenate([tone, np.zeros(10 * RATE, np.float32)])
    assert mastering.loudness(with_silence, RATE) == pytest.approx(mastering.loudness(tone, RATE), abs=0.3)


def test_peaks_between_the_samples_are_seen() -> None:
    time = np.arange(RATE) / RATE
    hidden = np.sin(2 * np.pi * RATE / 4 * time + np.pi / 4).astype(np.float32)
    assert 20 * np.log10(np.abs(hidden).max()) == pytest.approx(-3.01, abs=0.01)
    assert mastering.true_peak(hidden) == pytest.approx(0.0, abs=0.4)


@pytest.mark.parametrize("seconds", [1, 4, 25])
def test_speech_with_high_peaks_meets_loudness_and_ceiling(seconds: float) -> None:
    levelled = mastering.level(make_bursts(seconds), RATE)
    assert mastering.loudness(levelled, RATE) == pytest.approx(-16, abs=0.5)
    assert mastering.true_peak(levelled) <= -1.5


def test_silence_stays_silence() -> None:
    assert not mastering.level(np.zeros(RATE, np.float32), RATE).any()
    assert mastering.true_peak(np.zeros(RATE, np.float32)) == -np.inf


def sentences(*levels: float) -> list[mastering.Samples]:
    pause = np.zeros(RATE // 3, np.float32)
    return [np.concatenate([make_tone(2, db=db), pause]) for db in levels]


def test_speech_in_parts_is_as_loud_as_speech_in_one() -> None:
    leveller = mastering.Leveller()
    levelled = np.concatenate([leveller.level(part, RATE) for part in sentences(-22, -25, -20, -23)])
    assert mastering.loudness(levelled, RATE) == pytest.approx(-16, abs=0.5)
    assert mastering.true_peak(levelled) <= -1.5


def test_the_first_part_is_levelled_as_it_is_alone() -> None:
    part = make_bursts(4)
    assert mastering.Leveller().level(part, RATE).tobytes() == mastering.level(part, RATE).tobytes()


def test_a_soft_sentence_stays_softer_than_a_loud_one() -> None:
    leveller = mastering.Leveller()
    loud, soft = (mastering.loudness(leveller.level(part, RATE), RATE) for part in sentences(-20, -30))
    assert 5 < loud - soft < 10


def test_silence_between_parts_stays_silence() -> None:
    leveller = mastering.Leveller()
    silence = np.zeros(RATE, np.float32)
    assert not leveller.level(silence, RATE).any()
    first = leveller.level(make_tone(2, db=-25), RATE)
    assert mastering.loudness(first, RATE) == pytest.approx(-16, abs=0.5)
    assert not leveller.level(silence, RATE).any()
