"""Recordings that drive a face: validated, and timed by their words or by recognition."""

import io
import wave
from dataclasses import replace
from pathlib import Path

import ffmpeg as graph
import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from avatars import services
from avatars.engines.puppet.motion.lips import aperture, lip_poses
from avatars.exceptions import MediaError, ScriptError
from avatars.media import ffmpeg
from avatars.models import Render
from avatars.pipeline import script_to_video
from avatars.recognition.base import RecognitionEngine, Transcript
from avatars.rendering import recipes
from avatars.speech.synthesis.recorded_speech import driven, recorded
from tests.avatars.support.fake_engines import Light
from tests.avatars.support.recordings import write_amr
from tests.avatars.support.rendering import after, make_human
from tests.avatars.support.specs import make_spec
from tests.support.factories import make_api, make_digital_human

RATE = 24_000
WORDS = "各位同事大家好，欢迎来到公司。"


def beeps(seconds=2.0, rate=RATE, level=0.3):
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * 220 * time) * (np.sin(2 * np.pi * 3 * time) > 0)).astype(np.float32)


def wav(samples, rate=RATE):
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
    return data.getvalue()


def coded(tmp_path, suffix, samples):
    source = tmp_path / "source.wav"
    source.write_bytes(wav(samples))
    target = tmp_path / f"sound{suffix}"
    if suffix == ".amr":
        return write_amr(target, samples, RATE).read_bytes()
    codec = {".mp3": "libmp3lame", ".m4a": "aac"}[suffix]
    ffmpeg.run(graph.output(ffmpeg.source(source).audio, str(target), acodec=codec))
    return target.read_bytes()


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".m4a", ".amr"])
def test_the_four_kinds_of_recordings_are_taken_by_what_is_in_them(tmp_path, suffix):
    data = wav(beeps()) if suffix == ".wav" else coded(tmp_path, suffix, beeps())
    sound = services.check_recording(data)
    assert sound.suffix == suffix
    assert sound.seconds == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "recording_empty"),
        (b"%PDF-1.7 no sound at all", "recording_type"),
        (b"RIFF\x00\x00\x00\x00WAVEnonsense", "recording_broken"),
        (b"ID3" + b"\x00" * 4000, "recording_broken"),
        (b"#!AMR\n" + b"\xff" * 3000, "recording_broken"),
        (wav(np.zeros(2 * RATE, np.float32)), "recording_silent"),
        (wav(beeps(level=0.001)), "recording_silent"),
        (wav(beeps(0.2)), "recording_too_short"),
        (b"RIFF" + b"\x00" * (30 * 1024 * 1024), "recording_too_large"),
    ],
)
def test_what_cannot_drive_a_face_is_refused_by_name(data, code):
    with pytest.raises(MediaError) as caught:
        services.check_recording(data)
    assert (caught.value.field, caught.value.code) == ("recording", code)
    assert caught.value.remedy


def test_a_recording_of_hours_is_refused_before_it_is_decoded_whole(settings):
    settings.AVATARS = {**settings.AVATARS, "MAX_RECORDING_SECONDS": 3}
    with pytest.raises(MediaError) as caught:
        services.check_recording(wav(beeps(60)))
    assert caught.value.code == "recording_too_long"
    assert services.check_recording(wav(beeps(2.9))).seconds == pytest.approx(2.9, abs=0.01)


@pytest.fixture(scope="module")
def said(kokoro):
    return kokoro.speak(WORDS, voice="zm_yunxi")


@pytest.mark.thorough
def test_with_its_words_the_lips_follow_a_recording_closely(said):
    speech, words = driven(said.samples, said.rate, words=WORDS)
    assert words == WORDS
    assert speech.seconds == said.seconds
    assert likeness(said, speech) > 0.85
    pieces = [WORDS[token.offset : token.offset + token.length] for token in speech.tokens]
    assert pieces == [char for char in WORDS if char not in "，。"]
    known = {token.offset: token.start for token in said.tokens}
    late = [abs(token.start - known[token.offset]) for token in speech.tokens]
    assert float(np.median(late)) < 0.05


def test_without_words_the_lips_follow_what_is_heard(said):
    speech, words = driven(said.samples, said.rate)
    assert (words, speech.tokens) == ("", ())
    assert speech.seconds == said.seconds
    assert likeness(said, speech) > 0.55
    assert speech.sounds[0].start == 0
    assert speech.sounds[-1].end == pytest.approx(speech.seconds)


def test_words_of_another_recording_are_refused_and_misheard_ones_are_not(said):
    with pytest.raises(ScriptError) as caught:
        driven(said.samples, said.rate, words="一二三四五六七八九十" * 20)
    assert (caught.value.code, caught.value.field) == ("words_do_not_fit", "text")
    speech, words = driven(said.samples, said.rate, hear=lambda samples, rate: "一二三四五六七八九十" * 20)
    assert words == ""
    assert speech.sounds


def likeness(one, other):
    times = (np.arange(int(one.seconds * 25)) + 0.5) / 25
    heights = [aperture(lip_poses(speech.sounds, times)) for speech in (one, other)]
    return float(np.corrcoef(*heights)[0, 1])


class Ears(RecognitionEngine):
    """Hears always the same."""

    def transcribe(self, samples, *, language="", hints=()):
        return Transcript(text="你好世界", language="zh", seconds=len(samples) / 16_000)


def test_a_video_of_a_recording_has_its_length_and_transcript(tmp_path):
    sound = tmp_path / "sound.wav"
    sound.write_bytes(wav(beeps(2.03)))
    script = replace(make_spec(), text="", recording=sound)
    folder = tmp_path / "video"
    folder.mkdir()
    video = script_to_video.make(script, folder, speech=None, engine=Light(), recognition=Ears())
    assert video.frames == 51
    assert video.words == "你好世界"
    assert "你好世界" in video.captions.read_text(encoding="utf-8").replace("\n", "")
    mute = script_to_video.make(replace(script, content_id="other"), folder, speech=None, engine=Light())
    assert (mute.words, mute.captions.read_text(encoding="utf-8")) == ("", "")


def test_silence_around_a_recording_is_not_in_its_video(tmp_path):
    sound, quiet = tmp_path / "sound.wav", np.zeros(2 * RATE, np.float32)
    sound.write_bytes(wav(np.concatenate([quiet, beeps(2.0), quiet])))
    speech, _words = recorded(sound)
    assert speech.seconds == pytest.approx(2.0 - 1 / 6 + 0.3, abs=0.03)
    assert np.abs(speech.samples[:: len(speech.samples) - 1]).max() == 0


@pytest.mark.django_db
def test_equal_recordings_share_a_video_and_another_makes_another():
    human, first = make_digital_human(), services.check_recording(wav(beeps()))
    render = services.request_render(human, recording=first)
    assert services.request_render(human, recording=services.check_recording(wav(beeps()))) == render
    other = services.request_render(human, recording=services.check_recording(wav(beeps(2.5))))
    assert other != render
    assert services.request_render(human, "你好", recording=first) not in (render, other)
    assert Path(recipes.video_spec(render).recording).read_bytes() == first.data
    assert render.recording.name.startswith("recordings/")
    assert render.estimated_seconds > 0
    with pytest.raises(ScriptError):
        services.request_render(human, "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_engines")
def test_a_recording_comes_over_rest_and_becomes_a_video():
    human, api = make_human(), make_api("renders:read", "renders:write")
    file = SimpleUploadedFile("voice.wav", wav(beeps()), "audio/wav")
    answer = api.post("/api/v1/renders/", {"digital_human": human.pk, "recording": file}, format="multipart")
    assert answer.status_code == 202, answer.json()
    render = after(Render.objects.get(pk=answer.json()["id"]))
    assert render.status == Render.Status.DONE
    assert render.seconds == pytest.approx(2.0, abs=0.05)


@pytest.mark.django_db
def test_a_bad_recording_is_refused_over_rest_with_its_field():
    human, api = make_digital_human(), make_api("renders:read", "renders:write")
    file = SimpleUploadedFile("voice.wav", b"%PDF-1.7", "audio/wav")
    answer = api.post("/api/v1/renders/", {"digital_human": human.pk, "recording": file}, format="multipart")
    assert answer.status_code == 422
    assert "recording" in str(answer.json())
    assert not Render.objects.exists()
    lacking = api.post("/api/v1/renders/", {"digital_human": human.pk}, format="multipart")
    assert lacking.status_code == 422
    assert api.post("/api/v1/renders/", {"digital_human": human.pk}, format="json").status_code == 422


@pytest.mark.django_db
def test_a_recording_is_brought_in_the_admin():
    boss = Client()
    boss.cookies["django_language"] = "en"
    boss.force_login(User.objects.create_superuser("boss"))
    human = make_digital_human()
    page = reverse("admin:avatars_digitalhuman_recording", args=[human.pk])
    assert boss.get(page).status_code == 200
    refused = boss.post(page, {"recording": SimpleUploadedFile("x.wav", b"nothing")})
    assert "no sound that we know" in refused.content.decode()
    made = boss.post(page, {"recording": SimpleUploadedFile("x.wav", wav(beeps())), "text": "你好"})
    render = Render.objects.get()
    assert made.status_code == 302
    assert str(render.pk) in made["Location"]
    assert (render.text, bool(render.recording)) == ("你好", True)
    detail = reverse("admin:avatars_digitalhuman_change", args=[human.pk])
    assert "recording" in boss.get(detail).content.decode()
