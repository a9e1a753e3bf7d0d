"""The sound of a montage: as long as its frames, without clicks where a clip and the speech meet."""

import numpy as np
import pytest

from avatars.engines.base import Shot
from avatars.exceptions import OutputError
from avatars.framing.scene import Scene
from avatars.media import ffmpeg, mp4
from avatars.pipeline.montage import montage
from avatars.pipeline.sound_feed import SoundFeed
from avatars.speech.base import Speech
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.framing.test_clips import FLAT, made, put

RATE = 48_000


FRAMES = 200
ROOM = 230_000
"""Bytes of 8 s in which there are 128 kbit/s for the picture, beside sound and index as they are expected."""


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    """8 s of pictures that hardly compress, sound that makes AAC exceed its bit rate, and the file of both."""
    rng = np.random.default_rng(1)
    folder = tmp_path_factory.mktemp("noise")
    shape = ffmpeg.Shape(width=96, height=64, fps=25, frames=FRAMES, limit=10_000_000)
    with ffmpeg.FragmentSink(folder / "noise.mp4", shape, stamp=lambda frame, number: None, rate=24_000) as sink:
        loud = np.where(np.arange(8 * 24_000) // 12_000 % 2, 0.2, 0.004)
        samples = np.clip(rng.normal(0, loud), -0.9, 0.9).astype(np.float32)
        sink.hear(samples)
        for _ in range(FRAMES):
            sink.write(rng.integers(0, 256, (64, 96, 3), np.uint8))
    speech = Speech(samples=samples, rate=24_000, sounds=(), tokens=())
    return Shot(portrait=np.zeros((64, 96, 3), np.uint8), fps=25, speech=speech), folder / "noise.mp4"


def finished(noise, folder, **limits):
    """The size of the finished file, and whether it was encoded again."""
    shot, path = noise
    again = montage(Scene(), (96, 64), fps=25).finish(shot, path, folder / "raw.mp4", **limits)
    assert mp4.probe(folder / "raw.mp4").video.samples == FRAMES
    return (folder / "raw.mp4").stat().st_size, again


def make_shot(fps: int) -> Shot:
    time = np.arange(24_000) / 24_000
    samples = (0.3 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    speech = Speech(samples=samples, rate=24_000, sounds=(), tokens=())
    return Shot(portrait=np.zeros((48, 64, 3), np.uint8), fps=fps, speech=speech)


def heard_in(parts, shot):
    """The sound in pieces, of one frame and of a dozen, put together."""
    feed, count = SoundFeed(SpeechStream.of(shot.speech), parts), shot.frame_count
    return np.concatenate([feed.intro(), feed.until(1), feed.until(13), feed.rest(count)])


@pytest.mark.parametrize("fps", [25, 30])
def test_clips_join_the_speech_to_the_sample_and_without_a_click(tmp_path, fps):
    shot = make_shot(fps)
    scene = Scene(
        intro=put(tmp_path, "intro.mp4", made(picture=FLAT, volume=0.1)),
        outro=put(tmp_path, "outro.mp4", made(picture=FLAT, volume=1.0)),
    )
    parts = montage(scene, (64, 48), fps=fps)
    heard = heard_in(parts, shot)
    begins, ends = (round(frames / fps * RATE) for frames in (parts.before, parts.before + shot.frame_count))
    assert len(heard) == round((parts.before + shot.frame_count + parts.after) / fps * RATE)
    # A 440 Hz tone at full scale moves 0.06 in a sample.
    assert np.abs(np.diff(heard)).max() < 0.06
    assert np.abs(heard[begins - 24 : begins]).max() < 0.01
    assert np.abs(heard[ends : ends + 24]).max() < 0.01
    assert np.abs(heard[begins - 4_800 : begins - 2_400]).max() > 0.1


def test_without_clips_the_speech_stays_as_it_is():
    shot = make_shot(25)
    heard = heard_in(montage(Scene(), (64, 48), fps=25), shot)
    assert len(heard) == 24_000
    assert np.abs(heard - shot.speech.samples).max() < 1e-4


@pytest.mark.parametrize("limit", [ROOM, pytest.param(2 * ROOM, marks=pytest.mark.thorough)])
def test_a_video_that_is_too_large_is_made_to_fit(noise, tmp_path, limit):
    size, again = finished(noise, tmp_path, goal=0, most=limit)
    assert again
    assert 0.9 * limit < size <= limit - ffmpeg.TAG_BYTES


def test_a_video_is_small_enough_for_a_message_where_that_leaves_quality(noise, tmp_path):
    size, again = finished(noise, tmp_path, goal=2 * ROOM, most=9_000_000)
    assert (size <= 2 * ROOM, again) == (True, True)


def test_a_video_that_would_be_too_poor_stays_as_it_was_drawn(noise, tmp_path):
    size, again = finished(noise, tmp_path, goal=ROOM - 30_000, most=9_000_000)
    assert (size > ROOM, again) == (True, False)


@pytest.mark.parametrize("limit", [100_000, 60_000])
def test_a_video_for_which_there_is_no_room_names_the_limit(noise, tmp_path, limit):
    with pytest.raises(OutputError) as caught:
        finished(noise, tmp_path, goal=0, most=limit)
    assert caught.value.code in ("too_long", "video_too_large")
    assert caught.value.remedy
