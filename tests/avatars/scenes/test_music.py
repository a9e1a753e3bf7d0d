"""Music under speech: measured in decibels."""

import numpy as np
import pytest

from avatars.exceptions import MediaError
from avatars.media import audio_segments
from avatars.scenes import music

RATE = 24_000


def tone(seconds: float, *, hertz: float = 220.0, level: float = 0.3):
    return (level * np.sin(np.arange(round(seconds * RATE)) * 2 * np.pi * hertz / RATE)).astype(np.float32)


def decibels(samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(np.float64) ** 2))))


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "song.wav"
    audio_segments.write_wav(path, tone(2.0, hertz=440), RATE)
    return path


def test_music_steps_back_by_twelve_decibels_under_speech(song):
    silence = np.zeros(9 * RATE, np.float32)
    speech = silence.copy()
    speech[2 * RATE : 4 * RATE] = tone(2.0, level=0.4)
    heard = music.mixed(speech, song, RATE) - speech
    before, during, after = (heard[round(start * RATE) : round((start + 0.5) * RATE)] for start in (1.2, 3, 5.5))
    assert decibels(during) - decibels(before) == pytest.approx(music.DUCKED, abs=0.5)
    assert decibels(after) > decibels(during) + 6
    assert decibels(tone(1.0, level=0.4)) - decibels(during) > 20


def test_music_is_down_at_the_first_word_and_loops_to_the_end(song):
    speech = np.zeros(7 * RATE, np.float32)
    speech[3 * RATE : 5 * RATE] = 0.2
    gain = music.side_chain(speech, RATE)
    assert gain[0] > 0.98
    assert 20 * np.log10(gain[3 * RATE]) < music.DUCKED + 2
    assert gain[-1] > 0.9
    mixed = music.mixed(np.zeros(7 * RATE, np.float32), song, RATE)
    assert len(mixed) == 7 * RATE
    assert np.abs(mixed[round(4.5 * RATE) : 5 * RATE]).max() > 0.02
    assert np.abs(mixed[[0, -1]]).max() < 1e-3


@pytest.mark.parametrize("content", [b"", b"no music", b"#EXTM3U\nhttp://example.com/x.mp3\n"])
def test_what_is_no_music_is_refused(tmp_path, content):
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    with pytest.raises(MediaError) as caught:
        music.mixed(np.zeros(RATE, np.float32), path, RATE)
    assert (caught.value.code, caught.value.field) == ("music_broken", "music")
