"""Measures tell lips that follow the speech from still ones, and the person from another."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from avatars.conformance.render import words
from avatars.engines.base import Mode, Shot
from avatars.inspection.measures import Measures, measure
from avatars.media import ffmpeg
from tests.avatars.support.drawings import KeptPuppet
from tests.support.paths import DATA, PHOTOGRAPH

SIZE = (240, 288)


def picture(path):
    return np.asarray(Image.open(path).convert("RGB").resize(SIZE))


@pytest.fixture(scope="module")
def shot():
    return Shot(portrait=picture(PHOTOGRAPH), speech=words(), mode=Mode.LIPSYNC)


def filmed(frames, path, fps=25):
    frames = list(frames)
    shape = ffmpeg.Shape(width=SIZE[0], height=SIZE[1], fps=fps, frames=len(frames), limit=10_000_000)
    with ffmpeg.FrameSink(path, shape, stamp=lambda _frame, _number: None) as sink:
        for frame in frames:
            sink.write(frame)
    return path


def test_lips_that_follow_the_speech_are_told_from_still_ones(shot, tmp_path):
    speaks = [frame.copy() for frame in KeptPuppet(device="cpu").animate(shot)]
    moving = measure(filmed(speaks, tmp_path / "moving.mp4"), shot.portrait, shot.speech)
    assert moving.fps == shot.fps
    assert moving.lips > 0.8
    assert moving.likeness > 0.8
    assert moving.background > 30
    still = measure(filmed([shot.portrait] * len(speaks), tmp_path / "still.mp4"), shot.portrait, shot.speech)
    assert still.lips < 0.5
    assert still.likeness > 0.9
    late = [speaks[0]] * 12 + speaks
    shifted = measure(filmed(late, tmp_path / "late.mp4"), shot.portrait, shot.speech)
    assert shifted.lips < moving.lips - 0.3
    behind_a_clip = measure(filmed(late, tmp_path / "late.mp4"), shot.portrait, shot.speech, before=12)
    assert behind_a_clip.lips == pytest.approx(moving.lips, abs=0.05)


def test_another_person_is_less_like_the_portrait(shot, tmp_path):
    other = picture(DATA / "eileen_collins.jpg")
    assert PHOTOGRAPH != DATA / "eileen_collins.jpg"
    found = measure(filmed([other] * shot.frame_count, tmp_path / "other.mp4"), shot.portrait, shot.speech)
    assert found.likeness is None or found.likeness < 0.7
    assert found.background < 25


def test_a_picture_without_a_face_has_no_measures_of_one(shot, tmp_path):
    grey = np.full_like(shot.portrait, 128)
    found = measure(filmed([grey] * 10, tmp_path / "grey.mp4"), grey, replace(shot.speech, sounds=()))
    assert found == Measures(fps=25, lips=None, likeness=None, background=found.background)
