"""Voice messages as AMR: under a minute each, split at pauses."""

import numpy as np
import pytest

from avatars import services
from avatars.exceptions import OutputError
from avatars.media import amr, ffmpeg
from tests.avatars.support.recordings import write_wav
from tests.wecom.media.test_downloads import AMR

RATE = 8_000
FRAME = 0.02  # seconds, of 31 bytes and one before them


def tone(seconds: float) -> np.ndarray:
    wave: np.ndarray = np.sin(np.arange(round(seconds * RATE)) * 0.4) * 0.3
    return wave.astype(np.float32)


def length(path) -> float:
    data = path.read_bytes()
    assert data.startswith(b"#!AMR\n")
    return (len(data) - 6) / 32 * FRAME


def test_a_short_recording_is_one_part(tmp_path):
    (part,) = services.to_amr(write_wav(tmp_path / "a.wav", tone(2.0), RATE), tmp_path)
    assert length(part) == pytest.approx(2.0, abs=0.05)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["1.amr", "a.wav"]


def test_a_long_one_is_split_where_somebody_pauses(tmp_path):
    pause = np.zeros(RATE // 2, np.float32)
    spoken = np.concatenate([tone(50.0), pause, tone(45.0), pause, tone(10.0)])
    parts = services.to_amr(write_wav(tmp_path / "a.wav", spoken, RATE), tmp_path)
    assert [length(part) for part in parts] == pytest.approx([50.3, 55.7], abs=0.3)


def test_the_longest_of_several_pauses_ends_a_part(tmp_path):
    def pause(seconds: float) -> np.ndarray:
        return np.random.default_rng(1).normal(scale=0.003, size=round(seconds * RATE)).astype(np.float32)

    spoken = np.concatenate([tone(44.0), pause(0.8), tone(8.0), pause(0.3), tone(20.0)])
    first, second = services.to_amr(write_wav(tmp_path / "a.wav", spoken, RATE), tmp_path)
    assert length(first) == pytest.approx(44.4, abs=0.1)
    assert length(second) == pytest.approx(28.7, abs=0.1)


def test_parts_cut_out_of_a_sound_begin_and_end_without_a_click(tmp_path):
    for part in services.to_amr(write_wav(tmp_path / "a.wav", tone(70.0), RATE), tmp_path):
        heard = np.abs(ffmpeg.samples(part, RATE))
        assert heard[:8].max() < 0.05
        assert heard[len(heard) // 2 :][:RATE].max() > 0.25


def test_speech_without_a_pause_is_split_without_loss(tmp_path):
    parts = services.to_amr(write_wav(tmp_path / "a.wav", tone(130.0), RATE), tmp_path)
    assert all(length(part) < 60 for part in parts)
    assert sum(map(length, parts)) == pytest.approx(130, abs=0.2)
    assert np.abs(ffmpeg.samples(parts[1], RATE)).max() > 0.1


def test_amr_itself_will_do(tmp_path):
    (tmp_path / "a.amr").write_bytes(AMR)
    (part,) = amr.parts(tmp_path / "a.amr", tmp_path)
    assert length(part) == pytest.approx(1.0, abs=0.05)


def test_what_is_no_recording_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("words")
    with pytest.raises(OutputError):
        services.to_amr(tmp_path / "a.txt", tmp_path)
