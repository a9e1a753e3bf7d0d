"""What is wrong with a film is found before anybody sees it, each fault under its own code."""

from dataclasses import replace

import numpy as np
import pytest

from avatars import ffmpeg, inspection, label, mp4
from avatars.engines.base import Mode, Shot
from avatars.exceptions import OutputError
from tests.avatars.engines_for_tests import RATE, Light, Tone
from tests.avatars.test_ffmpeg import make_sound

pytestmark = pytest.mark.once

LIMIT = 10_000_000
SPEECH = Tone().speak("你好吗", voice="a")
PORTRAIT = np.full((160, 120, 3), 120, np.uint8)


def make_shot(**changes):
    shot = Shot(portrait=PORTRAIT, speech=SPEECH, mode=Mode.LIPSYNC)
    return replace(shot, **changes)


def make_film(folder, shot, *, fault="", level=8000):
    height, width = shot.portrait.shape[:2]
    shape = ffmpeg.Shape(width=width, height=height, fps=25, frames=shot.frame_count, limit=LIMIT)
    sound = make_sound(folder / "sound.wav", shot.frame_count / 25, level=level)
    mark = label.Mark(width, height)
    with ffmpeg.FrameSink(folder / "raw.mp4", shape, sound=sound, stamp=mark.draw) as sink:
        for frame in Light(fault=fault).animate(shot):
            sink.write(frame)
    label.write(folder / "raw.mp4", folder / "film.mp4", label.Origin(provider="us", content_id="c"))
    return folder / "film.mp4"


def fault_of(path, shot, limit=LIMIT, content_id="c"):
    with pytest.raises(OutputError) as caught:
        inspection.inspect(path, shot, content_id=content_id, limit=limit)
    assert caught.value.message
    return caught.value.code


def test_a_good_film_passes_and_progress_reaches_the_end(tmp_path):
    shot, shares = make_shot(), []
    found = inspection.inspect(make_film(tmp_path, shot), shot, content_id="c", limit=LIMIT, progress=shares.append)
    assert found.video.samples == shot.frame_count == 35
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(0.9)


@pytest.mark.parametrize(("fault", "code"), [("short", "frame_count"), ("black", "black"), ("frozen", "frozen")])
def test_faulty_frames_are_found(tmp_path, fault, code):
    shot = make_shot()
    assert fault_of(make_film(tmp_path, shot, fault=fault), shot) == code


@pytest.mark.parametrize(("level", "code"), [(0, "silent"), (200_000, "clipped")])
def test_faulty_sound_is_found(tmp_path, level, code):
    shot = make_shot()
    assert fault_of(make_film(tmp_path, shot, level=level), shot) == code


def test_a_film_that_is_too_large_or_of_other_content_is_found(tmp_path):
    shot = make_shot()
    path = make_film(tmp_path, shot)
    assert fault_of(path, shot, limit=1000) == "too_large"
    assert fault_of(path, shot, content_id="d") == "unlabelled"


def test_a_film_that_does_not_move_is_right_where_nothing_is_said(tmp_path):
    shot = make_shot(speech=replace(SPEECH, sounds=()))
    inspection.inspect(make_film(tmp_path, shot, fault="frozen"), shot, content_id="c", limit=LIMIT)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"video": {"codec": "hevc"}}, "video_codec"),
        ({"video": {"pixels": "yuv444p"}}, "video_codec"),
        ({"video": None}, "video_codec"),
        ({"audio": {"codec": "opus"}}, "audio_codec"),
        ({"audio": None}, "audio_codec"),
        ({"video": {"width": 122}}, "video_size"),
        ({"video": {"start": 0.08}}, "late_start"),
        ({"audio": {"start": 0.02}}, "late_start"),
        ({"audio": {"seconds": 1.3}}, "lengths_differ"),
        ({"video": {"seconds": 1.5}, "audio": {"seconds": 1.5}}, "duration"),
    ],
)
def test_each_wrong_property_has_its_own_code(changes, code):
    video = mp4.Track(
        kind="vide", codec="h264", start=0, seconds=1.4, samples=35, width=120, height=160, pixels="yuv420p"
    )
    audio = mp4.Track(kind="soun", codec="aac", start=0, seconds=1.4, samples=33, rate=RATE, channels=1)
    good = mp4.Probe(video=video, audio=audio, tags={}, size=1000, content_sha256="")
    inspection.check_format(good, make_shot(), limit=LIMIT)
    tracks = {name: replace(getattr(good, name), **change) if change else None for name, change in changes.items()}
    with pytest.raises(OutputError) as caught:
        inspection.check_format(replace(good, **tracks), make_shot(), limit=LIMIT)
    assert caught.value.code == code
