"""Sound in pydub's segments: turned into them and back, trimmed, faded, fitted, written."""

import io
import subprocess
import sys
import wave

import numpy as np
import pytest

from avatars.media import audio_segments
from tests.avatars.support.recordings import write_wav
from tests.support.paths import ROOT

RATE = 24_000


def make_tone(seconds: float, *, db: float = -6, hertz: float = 440) -> audio_segments.Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return (10 ** (db / 20) * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def silence(seconds: float) -> audio_segments.Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def heard(segment: audio_segments.AudioSegment) -> audio_segments.Samples:
    """As a file would hold it."""
    file = io.BytesIO()
    audio_segments.write_wav(file, audio_segments.samples(segment), segment.frame_rate)
    with wave.open(io.BytesIO(file.getvalue())) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, segment.frame_rate)
        return (np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32767).astype(np.float32)


def test_samples_come_back_as_they_were():
    noise = np.random.default_rng(1).uniform(-1, 1, 10_001).astype(np.float32)
    assert np.abs(audio_segments.samples(audio_segments.of(noise, RATE)) - noise).max() < 1e-7
    assert not len(audio_segments.samples(audio_segments.of(noise[:0], RATE)))


def test_louder_than_full_scale_is_turned_down_not_clipped():
    loud = make_tone(0.2, db=6)
    back = audio_segments.samples(audio_segments.of(loud, RATE))
    assert np.abs(back - loud / np.abs(loud).max()).max() < 1e-6


def test_trimming_keeps_the_sound_and_a_guard():
    segment = audio_segments.of(np.concatenate([silence(1), make_tone(0.5), silence(1)]), RATE)
    start, end = audio_segments.bounds(segment)
    assert start / RATE == pytest.approx(0.95, abs=0.011)
    assert end / RATE == pytest.approx(1.6, abs=0.011)


def test_silence_has_nothing_to_trim():
    assert audio_segments.bounds(audio_segments.of(silence(1), RATE)) == (0, RATE)


@pytest.mark.parametrize(("rate", "count"), [(24_000, 12_000), (22_050, 11_037), (44_100, 301), (8_000, 7)])
def test_a_faded_piece_is_as_long_and_begins_and_ends_at_zero(rate, count):
    faded = heard(audio_segments.faded(audio_segments.of(np.full(count, 0.5, np.float32), rate)))
    assert len(faded) == count
    assert faded[0] == 0
    assert faded[-1] == 0
    assert np.abs(np.diff(faded)).max() < 0.01


@pytest.mark.parametrize("count", [0, 1, 999, 12_345])
def test_a_segment_is_fitted_to_the_sample(count):
    segment = audio_segments.of(make_tone(0.1), RATE)
    fitted = audio_segments.samples(audio_segments.fitted(segment, count))
    assert len(fitted) == count
    assert np.array_equal(fitted[:2400], audio_segments.samples(segment)[:count])
    assert not fitted[2400:].any()


@pytest.mark.parametrize("db", [-50, -6])
def test_a_recording_is_trimmed_faded_and_brought_to_a_level(tmp_path, db):
    room = np.random.default_rng(1).normal(scale=10 ** ((db - 45) / 20), size=6 * RATE).astype(np.float32)
    sound = room + np.concatenate([silence(2.0), make_tone(1.0, db=db), silence(3.0)])
    made = audio_segments.recording(write_wav(tmp_path / "a.wav", sound, RATE), RATE)
    assert made.duration_seconds == pytest.approx(1.3, abs=0.02)
    assert made.max_dBFS == pytest.approx(-audio_segments.HEADROOM, abs=0.2)
    samples = heard(made)
    assert samples[0] == 0
    assert samples[-1] == 0


def test_pydub_is_quiet_and_would_start_no_program_of_path():
    code = "from avatars.media import audio_segments as it; print([it.AudioSegment.converter])"
    command = [sys.executable, "-W", "always", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['']"
    assert "pydub" not in done.stderr
