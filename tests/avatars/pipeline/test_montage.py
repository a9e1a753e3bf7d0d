"""The sound of a montage: as long as its frames, without clicks where a clip and the speech meet."""

import numpy as np
import pytest

from avatars.engines.base import Shot
from avatars.framing.scene import Scene
from avatars.media import ffmpeg
from avatars.pipeline.montage import montage
from avatars.speech.base import Speech
from tests.avatars.framing.test_clips import FLAT, made, put

RATE = 48_000


def make_shot(fps: int) -> Shot:
    time = np.arange(24_000) / 24_000
    samples = (0.3 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    speech = Speech(samples=samples, rate=24_000, sounds=(), tokens=())
    return Shot(portrait=np.zeros((48, 64, 3), np.uint8), fps=fps, speech=speech)


@pytest.mark.parametrize("fps", [25, 30])
def test_clips_join_the_speech_to_the_sample_and_without_a_click(tmp_path, fps):
    shot = make_shot(fps)
    scene = Scene(
        intro=put(tmp_path, "intro.mp4", made(picture=FLAT, volume=0.1)),
        outro=put(tmp_path, "outro.mp4", made(picture=FLAT, volume=1.0)),
    )
    parts = montage(scene, (64, 48), fps=fps)
    parts.write_sound(shot, tmp_path / "sound.wav")
    heard = ffmpeg.samples(tmp_path / "sound.wav", RATE)
    begins, ends = (round(frames / fps * RATE) for frames in (parts.before, parts.before + shot.frame_count))
    assert len(heard) == round((parts.before + shot.frame_count + parts.after) / fps * RATE)
    # A 440 Hz tone at full scale moves 0.06 in a sample.
    assert np.abs(np.diff(heard)).max() < 0.06
    assert np.abs(heard[begins - 24 : begins]).max() < 0.01
    assert np.abs(heard[ends : ends + 24]).max() < 0.01
    assert np.abs(heard[begins - 4_800 : begins - 2_400]).max() > 0.1


def test_without_clips_the_speech_stays_as_it_is(tmp_path):
    shot = make_shot(25)
    montage(Scene(), (64, 48), fps=25).write_sound(shot, tmp_path / "sound.wav")
    heard = ffmpeg.samples(tmp_path / "sound.wav", 24_000)
    assert len(heard) == 24_000
    assert np.abs(heard - shot.speech.samples).max() < 1e-4
