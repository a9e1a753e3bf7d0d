"""The encoder writes exactly the frames that it gets, and leaves no file behind."""

import os
import signal
import threading
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatars.exceptions import Interrupted, OutputError
from avatars.media import ffmpeg, mp4

WIDTH, HEIGHT, RATE = 96, 64, 24_000


def make_shape(frames=30, limit=10_000_000, fps=25):
    return ffmpeg.Shape(width=WIDTH, height=HEIGHT, fps=fps, frames=frames, limit=limit)


def make_sound(path, seconds, level=8000):
    wave_form = np.sin(np.arange(round(seconds * RATE)) * 0.05) * level
    samples = np.clip(wave_form, -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def make_frames(count, seed=None):
    rng = np.random.default_rng(seed)
    for index in range(count):
        frame = np.full((HEIGHT, WIDTH, 3), (200, 120, 40), np.uint8)
        frame[10:20, index % 60 : index % 60 + 20] = 255
        yield rng.integers(0, 256, frame.shape, np.uint8) if seed is not None else frame


def make_video(folder, frames=30, seed=None, limit=10_000_000):
    path = folder / "video.mp4"
    sound = make_sound(folder / "sound.wav", frames / 25)
    encode(path, sound, make_frames(frames, seed), make_shape(frames, limit))
    return path


def encode(path, sound, frames, shape):
    with ffmpeg.FrameSink(path, shape, sound=sound, stamp=lambda frame, number: None) as sink:
        for frame in frames:
            sink.write(frame)


def frames_that_fail():
    yield from make_frames(10)
    raise ZeroDivisionError


@pytest.mark.parametrize("frames", [1, 2, 30, 77])
def test_as_many_frames_come_out_as_went_in(tmp_path, frames):
    found = mp4.probe(make_video(tmp_path, frames))
    assert (found.video.codec, found.video.pixels, found.audio.codec) == ("h264", "yuv420p", "aac")
    assert (found.video.width, found.video.height, found.video.samples) == (WIDTH, HEIGHT, frames)
    assert found.video.start == found.audio.start == 0
    assert found.video.seconds == pytest.approx(frames / 25, abs=1e-3)
    assert abs(found.video.seconds - found.audio.seconds) < 1 / 25
    assert found.audio.rate == RATE


def test_colours_come_back_as_they_were(tmp_path):
    path = make_video(tmp_path)
    seen = list(ffmpeg.frames(path, (WIDTH, HEIGHT)))
    assert len(seen) == 30
    assert np.abs(seen[7][40, 50].astype(int) - (200, 120, 40)).max() <= 3
    ffmpeg.poster(path, tmp_path / "poster.jpg")
    poster = np.asarray(Image.open(tmp_path / "poster.jpg"))
    assert poster.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(poster[40, 50].astype(int) - (200, 120, 40)).max() <= 4


def test_the_index_is_in_front_so_that_playing_starts_at_once(tmp_path):
    data = make_video(tmp_path).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_sound_comes_back_at_its_own_loudness(tmp_path):
    heard = ffmpeg.samples(make_video(tmp_path), RATE)
    assert np.sqrt((heard**2).mean()) == pytest.approx(8000 / 32767 / np.sqrt(2), rel=0.03)


def test_noise_that_would_be_too_large_is_kept_under_the_limit(tmp_path):
    free = mp4.probe(make_video(tmp_path, frames=150, seed=1))
    tight = mp4.probe(make_video(tmp_path, frames=150, seed=1, limit=300_000))
    assert free.size > 500_000
    assert tight.size <= 300_000
    assert tight.video.samples == 150


def test_a_video_can_be_shrunk_to_a_size(tmp_path):
    path = make_video(tmp_path, frames=150, seed=1)
    ffmpeg.shrink(path, tmp_path / "small.mp4", make_shape(150, 300_000))
    found = mp4.probe(tmp_path / "small.mp4")
    assert 200_000 < found.size <= 300_000
    assert (found.video.samples, found.video.start, found.audio.codec) == (150, 0, "aac")
    assert sorted(os.listdir(tmp_path)) == ["small.mp4", "sound.wav", "video.mp4"]


def test_a_text_that_cannot_fit_at_any_quality_is_refused(tmp_path):
    with pytest.raises(OutputError) as caught:
        make_video(tmp_path, frames=25 * 60, limit=100_000)
    assert caught.value.code == "too_long"


def test_nothing_is_left_when_the_frames_fail(tmp_path):
    sound = make_sound(tmp_path / "sound.wav", 1)
    path = tmp_path / "video.mp4"
    children = children_of(os.getpid())
    with pytest.raises(ZeroDivisionError):
        encode(path, sound, frames_that_fail(), make_shape())
    assert not path.exists()
    assert children_of(os.getpid()) == children


def test_the_words_of_ffmpeg_are_in_the_error(tmp_path):
    path = tmp_path / "video.mp4"
    with pytest.raises(OutputError) as caught:
        encode(path, tmp_path / "none.wav", make_frames(200), make_shape(200))
    assert caught.value.code == "encode_failed"
    assert "No such file" in caught.value.message
    assert not path.exists()


def test_a_frame_of_another_shape_is_refused(tmp_path):
    sound = make_sound(tmp_path / "sound.wav", 1)
    with pytest.raises(OutputError) as caught:
        encode(tmp_path / "video.mp4", sound, [np.zeros((HEIGHT, WIDTH + 2, 3), np.uint8)], make_shape())
    assert caught.value.code == "frame_shape"


def test_an_input_that_points_elsewhere_is_not_followed(tmp_path):
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(OutputError):
        ffmpeg.samples(playlist, RATE)


@pytest.mark.parametrize("cut", [0, 7, 40, 0.5, 0.99])
def test_a_file_that_is_cut_short_is_reported(tmp_path, cut):
    data = make_video(tmp_path).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: cut if isinstance(cut, int) else int(len(data) * cut)])
    with pytest.raises(OutputError) as caught:
        mp4.probe(path)
    assert caught.value.code == "mp4_broken"


def children_of(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def test_a_killed_encoder_is_told_from_one_that_fails(tmp_path):
    before = set(threading.enumerate())
    with pytest.raises(Interrupted) as caught:
        video_until(tmp_path, lambda process: process.kill())
    assert caught.value.code == "encode_killed"
    assert os.listdir(tmp_path) == []
    assert not set(threading.enumerate()) - before


def test_the_engines_own_frame_stays_as_it_was(tmp_path):
    frame = np.full((HEIGHT, WIDTH, 3), 7, np.uint8)

    def stamp(canvas, number):
        canvas[:] = 200 + number

    with ffmpeg.FrameSink(tmp_path / "video.mp4", make_shape(3), stamp=stamp) as sink:
        for _ in range(3):
            sink.write(frame)
    assert (frame == 7).all()
    seen = [int(each.mean()) for each in ffmpeg.frames(tmp_path / "video.mp4", (WIDTH, HEIGHT), grey=True)]
    assert len(seen) == 3
    assert seen == sorted(seen)


def test_an_engine_that_fails_while_the_encoder_hangs_is_heard_at_once(tmp_path):
    def hang(process):
        os.kill(process.pid, signal.SIGSTOP)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        video_until(tmp_path, hang)
    assert os.listdir(tmp_path) == []


def pieces(folder, counts):
    """Files with a picture each, and no sound."""
    for number, count in enumerate(counts):
        path = folder / f"piece-{number}.mp4"
        with ffmpeg.FrameSink(path, make_shape(count), stamp=nothing) as sink:
            for frame in make_frames(count, seed=number):
                sink.write(frame)
        assert mp4.probe(path).audio is None
        yield path, count


def join(folder, counts, listener):
    with ffmpeg.SpliceSink(folder / "parts.mp4", make_shape(sum(counts)), rate=RATE, part=listener) as sink:
        for piece, count in pieces(folder, counts):
            sink.hear(np.full(round(count / 25 * RATE), 0.1, np.float32))
            sink.add(piece, count)


def test_pieces_and_their_sound_are_joined_without_a_gap(tmp_path):
    shown = []
    join(tmp_path, (1, 77, 30, 110), shown.append)
    ffmpeg.remux(tmp_path / "parts.mp4", tmp_path / "video.mp4")
    found = mp4.probe(tmp_path / "video.mp4")
    assert (found.video.samples, found.video.start, found.audio.start) == (218, 0, 0)
    assert abs(found.video.seconds - found.audio.seconds) < 1 / 25
    assert [part.frames for part in shown[1:4]] == [1, 77, 30]
    assert sum(part.frames for part in shown) == 218
    seen = ffmpeg.frames(tmp_path / "video.mp4", (WIDTH, HEIGHT))
    alone = (frame for number in range(4) for frame in ffmpeg.frames(tmp_path / f"piece-{number}.mp4", (WIDTH, HEIGHT)))
    assert all(np.array_equal(one, other) for one, other in zip(seen, alone, strict=True))


def test_a_listener_that_fails_ends_a_joined_video(tmp_path):
    def refuse(_part):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        join(tmp_path, (30, 30, 30), refuse)
    assert not (tmp_path / "parts.mp4").exists()


def video_until(folder, mishap, frames=900):
    """FinishedVideo on after a mishap that happens to the encoder at the sixth frame."""
    with ffmpeg.FrameSink(folder / "video.mp4", make_shape(frames), stamp=nothing) as sink:
        for number, frame in enumerate(make_frames(frames)):
            if number == 5:
                mishap(sink._process)
            sink.write(frame)


def nothing(frame, number):
    """Draws nothing."""
