"""A script becomes the three files of a video, or none."""

import hashlib
import os
import re

import numpy as np
import pytest
from PIL import Image

from avatars.ai_label import video_label
from avatars.captions import srt
from avatars.exceptions import AvatarError, OutputError, PortraitError, ScriptError
from avatars.media import ffmpeg, mp4
from avatars.pipeline import script_to_video
from avatars.pipeline.stages import Stage
from core.backends import backend
from tests.avatars.support.fake_engines import RATE, Light, Tone
from tests.avatars.support.specs import make_spec

ENGINES = {"speech": Tone(), "engine": Light()}


def fail(folder, kind, *, engine=ENGINES["engine"], **changes):
    with pytest.raises(kind) as caught:
        script_to_video.make(make_spec(**changes), folder, speech=ENGINES["speech"], engine=engine)
    assert os.listdir(folder) == []
    return caught.value.code


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A video, and the progress that was heard."""
    heard = []
    folder = tmp_path_factory.mktemp("made")
    return script_to_video.make(make_spec(), folder, progress=lambda *news: heard.append(news), **ENGINES), heard


def test_a_script_becomes_a_video_with_captions_and_a_poster(made):
    video, _heard = made
    assert sorted(os.listdir(video.video.parent)) == ["c0ffee.jpg", "c0ffee.mp4", "c0ffee.srt"]
    found = mp4.probe(video.video)
    assert (video.width, video.height, video.frames) == (found.video.width, found.video.height, found.video.samples)
    assert video.frames == 50
    assert video.seconds == pytest.approx(2.0)
    assert video.size == video.video.stat().st_size
    assert video.sha256 == hashlib.sha256(video.video.read_bytes()).hexdigest()
    assert "你好" in video.captions.read_text(encoding="utf-8")
    video_label.verify(video.video, "c0ffee")
    poster = Image.open(video.poster)
    assert poster.size == (video.width, video.height)
    mark = video_label.Mark(video.width, video.height)
    grey = np.asarray(poster.convert("L"))
    assert mark.likeness(grey[mark.y : mark.y + mark.height, mark.x : mark.x + mark.width]) > video_label.LIKENESS


def test_progress_names_every_stage_in_order_and_never_goes_back(made):
    video, heard = made
    assert list(dict.fromkeys(stage for stage, _ in heard)) == list(Stage)
    for stage in Stage:
        shares = [share for named, share in heard if named is stage]
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len([share for named, share in heard if named is Stage.ANIMATING]) >= video.frames
    assert [timing.stage for timing in video.timings] == list(Stage)
    assert all(timing.cpu >= 0 and timing.wall > 0 for timing in video.timings)
    assert video.timings[1].cpu > 0


def test_the_same_script_gives_the_same_video(made, tmp_path):
    again = script_to_video.make(make_spec(), tmp_path, **ENGINES)
    assert mp4.probe(again.video).content_sha256 == mp4.probe(made[0].video).content_sha256


def test_what_was_silent_stays_silent_and_sound_and_picture_are_together(made):
    video, _heard = made
    heard = ffmpeg.samples(video.video, RATE)
    assert np.abs(heard[: int(0.3 * RATE)]).max() < 0.01
    frames = np.stack(list(ffmpeg.frames(video.video, (video.width, video.height), grey=True)))
    light = frames[:, video.height // 2 + 4 : video.height // 2 + 20, video.width // 2 + 4 : video.width // 2 + 20]
    lit = light.mean(axis=(1, 2)) > 80
    first_lit, first_heard = np.argmax(lit), np.argmax(np.abs(heard) > 0.1) / RATE * 25
    assert abs(first_lit - first_heard) <= 1


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("   ", "empty")])
def test_a_text_without_words_leaves_nothing(tmp_path, text, code):
    assert fail(tmp_path, ScriptError, text=text) == code


def test_speech_that_is_mute_is_a_fault_of_the_script(tmp_path):
    assert fail(tmp_path, ScriptError, voice="mute") == "nothing_to_say"


def test_a_content_number_that_would_leave_the_folder_is_refused(tmp_path):
    assert fail(tmp_path, ScriptError, content_id="../x") == "content_id"


def test_a_missing_portrait_leaves_nothing(tmp_path):
    assert fail(tmp_path, PortraitError, portrait=tmp_path / "none.png") == "not_an_image"


@pytest.mark.parametrize("fault", ["short", "black", "frozen", "no_face"])
def test_an_engine_that_fails_leaves_nothing(tmp_path, fault):
    assert fail(tmp_path, AvatarError, engine=Light(fault=fault))


def test_a_listener_that_gives_up_stops_the_video_and_leaves_nothing(tmp_path):
    def give_up(stage, share):
        if stage is Stage.ANIMATING and share > 0.5:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        script_to_video.make(make_spec(), tmp_path, progress=give_up, **ENGINES)
    assert os.listdir(tmp_path) == []


def test_what_a_killed_maker_left_is_replaced(tmp_path):
    left = script_to_video.working_folder(make_spec(), tmp_path)
    left.mkdir()
    (left / "raw.mp4").write_bytes(b"half")
    script_to_video.make(make_spec(), tmp_path, **ENGINES)
    assert not left.exists()


@pytest.mark.thorough
def test_a_long_video_fits_under_its_limit(tmp_path):
    video = script_to_video.make(make_spec(text="字" * 150, limit=650_000), tmp_path, **ENGINES)
    assert video.size <= 650_000
    video_label.verify(video.video, "c0ffee")


def test_a_video_that_cannot_fit_is_refused(tmp_path):
    assert fail(tmp_path, OutputError, text="字" * 100, limit=100_000) == "too_long"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("voice", "text"),
    [
        ("zf_xiaobei", "你好，我是你的数字人助手。很高兴认识你！"),
        pytest.param("af_heart", "Welcome to the company. I am your digital assistant.", marks=pytest.mark.thorough),
    ],
)
def test_a_real_voice_and_face_make_a_good_video(tmp_path, voice, text):
    speech, engine = backend("SPEECH_ENGINES", "kokoro"), backend("RENDER_ENGINES", "puppet")
    spoken = speech.speak(text, voice=voice)
    video = script_to_video.make(make_spec(text=text, voice=voice, longest=512), tmp_path, speech=speech, engine=engine)
    assert video.frames == np.ceil(spoken.seconds * 25)
    found = mp4.probe(video.video)
    assert abs(found.audio.seconds - found.video.seconds) <= 1 / 25
    assert -20 <= loudness(video.video) <= -13
    assert_silence_is_silent(ffmpeg.samples(video.video, spoken.rate), spoken)
    video_label.verify(video.video, "c0ffee")
    assert video.captions.read_text(encoding="utf-8") == srt.srt(text, spoken.tokens)
    assert video.size < 3_000_000


def loudness(path):
    """Integrated loudness in LUFS as ffmpeg's EBU R 128 meter prints it, through its metadata."""
    stream = ffmpeg.source(path).audio.filter("ebur128", metadata=1).filter("ametadata", mode="print", file="-")
    words = ffmpeg.run(stream.output("-", format="null")).decode()
    return float(re.findall(r"lavfi\.r128\.I=(-?[\d.]+)", words)[-1])


def assert_silence_is_silent(heard, spoken):
    """Between the words, from 60 ms into each pause: AAC may smear a little, no more."""
    pauses = [(sound.start, sound.end) for sound in spoken.sounds if not sound.symbol and sound.end - sound.start > 0.2]
    assert pauses
    for start, end in pauses:
        middle = heard[int((start + 0.06) * spoken.rate) : int((end - 0.06) * spoken.rate)]
        assert 20 * np.log10(np.sqrt((middle**2).mean()) + 1e-9) < -45
