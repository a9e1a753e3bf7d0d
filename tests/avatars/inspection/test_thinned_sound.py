"""A sound that is read in blocks is measured as if it were read at once, and takes little memory."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from avatars.inspection.sound import check_sound
from avatars.inspection.thinned_sound import BLOCK, CLIPPED_LEVEL, Thinned, heard_in, thinned
from avatars.inspection.video_checks import Expected
from avatars.media import audio_segments, ffmpeg
from tests.avatars.inspection.test_video_checks import make_shot
from tests.avatars.support.fake_engines import RATE, Tone

STEP = 3


def noisy(seconds):
    """Speech of so many seconds that is nowhere twice the same, and clipped here and there."""
    samples = np.random.default_rng(8).normal(0, 0.3, round(seconds * RATE)).astype(np.float32)
    return replace(Tone().speak("你", voice="a"), samples=np.clip(samples, -1, 1), tokens=(), sounds=())


def expected_of(speech, **changes):
    return Expected(shot=make_shot(speech=speech), **changes)


def written(path, samples):
    audio_segments.write_wav(path, samples, RATE)
    return path


@pytest.mark.parametrize("before", [0, 7, 100])
@pytest.mark.parametrize("seconds", [0.5, 1.31, 3 * BLOCK / RATE + 0.001])
def test_blocks_give_the_same_numbers_as_the_whole_sound(tmp_path, before, seconds):
    speech = noisy(seconds)
    silence = np.zeros(round(before / 25 * RATE), np.float32)
    path = written(tmp_path / "sound.wav", np.concatenate([silence, speech.samples, speech.samples[:500]]))
    expected = expected_of(speech, before=before, after=1)
    whole = ffmpeg.samples(path, RATE)[len(silence) :][: round(expected.shot.frame_count / 25 * RATE)]
    found = heard_in(path, expected, STEP)
    assert found.thinned.tobytes() == thinned(whole, STEP).tobytes()
    assert (found.length, found.peak) == (len(whole), float(np.abs(whole).max()))
    assert found.clipped == (np.abs(whole) >= CLIPPED_LEVEL).sum() > 0


def test_sound_that_ends_before_its_shot_is_kept_to_its_end(tmp_path):
    speech = noisy(2)
    path = written(tmp_path / "sound.wav", speech.samples[:RATE])
    assert len(heard_in(path, expected_of(speech), STEP).thinned) == RATE // STEP


def test_pieces_of_thinned_samples_equal_those_of_the_whole():
    samples = noisy(2 * BLOCK * STEP / RATE + 0.1).samples
    few, whole = Thinned(samples, STEP), thinned(samples, STEP)
    assert len(few) == len(whole)
    for piece in (slice(None), slice(5, 900), slice(-9, None), slice(len(whole) - 3, len(whole) + 8)):
        assert few[piece].tobytes() == whole[piece].tobytes()
    loud = np.flatnonzero(np.abs(whole) > 0.5)
    assert few.louder_than(0.5) == (loud[0], loud[-1])
    assert few.louder_than(2) is None


def traced_peak(tmp_path, seconds):
    """Bytes at most while the sound of so many seconds is checked, beside the speech itself."""
    speech = noisy(seconds)
    path = written(tmp_path / "sound.wav", speech.samples * np.float32(0.3))
    expected = expected_of(replace(speech, samples=speech.samples * np.float32(0.3)))
    tracemalloc.start()
    check_sound(path, expected)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_checking_keeps_a_third_of_each_sample_in_memory(tmp_path):
    check_sound(written(tmp_path / "sound.wav", noisy(1).samples * np.float32(0.3)), expected_of(noisy(1)))
    short, long = traced_peak(tmp_path, 60), traced_peak(tmp_path, 240)
    assert (long - short) / (180 * RATE) < 4 / STEP + 0.1, "bytes per sample of the rate of the speech"
