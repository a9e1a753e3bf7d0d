"""Logos, intros and outros: fitted, levelled and labelled, or refused with a reason."""

import io
import json
import os
import subprocess
import tempfile
from functools import cache

import imageio_ffmpeg
import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from avatars import services
from avatars.ai_label import video_label
from avatars.ai_label.video_label import Mark
from avatars.captions import srt
from avatars.exceptions import MediaError
from avatars.framing import clips, logos
from avatars.framing.boxes import Box
from avatars.framing.scene import Captions, Corner, Logo, Scene
from avatars.media import audio_segments, ffmpeg, mp4
from avatars.pipeline import script_to_video
from avatars.pipeline.overlays import Overlays
from avatars.rendering import recipes
from avatars.speech.audio import mastering
from tests.avatars.support.fake_engines import Light, Tone
from tests.avatars.support.specs import make_spec
from tests.support import factories

FPS = 25
PICTURE = "testsrc=s=320x240:r=30:d={seconds}"
FLAT = "color=orange:s=320x240:r=30:d={seconds}"
FORMS = {
    "mp4": ("clip.mp4", ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]),
    "mov": ("clip.mov", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-c:a", "aac"]),
    "webm": ("clip.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-threads", "1", "-c:a", "libopus"]),
    "avi": ("clip.avi", ["-c:v", "mpeg4", "-c:a", "mp3"]),
}


@cache
def made(form="mp4", *, seconds=1.0, picture=PICTURE, volume=0.4, sound=True):
    """The bytes of a clip."""
    name, options = FORMS[form]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "lavfi"]
    command += ["-i", picture.format(seconds=seconds)]
    if sound:
        command += ["-f", "lavfi", "-i", f"sine=440:d={seconds}:r=44100,volume={volume}"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*command, *options, f"{folder}/{name}"], check=True)
        with open(f"{folder}/{name}", "rb") as file:
            return file.read()


def put(folder, name, data):
    (folder / name).write_bytes(data)
    return folder / name


def refused(path, field="intro"):
    with pytest.raises(MediaError) as caught:
        clips.look(path, field=field)
    assert caught.value.field == field
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.parametrize(
    "form",
    ["mp4", "webm", *(pytest.param(form, marks=pytest.mark.thorough) for form in ("mov", "avi"))],
)
def test_a_clip_gets_the_frames_and_loudness_of_its_video(tmp_path, form):
    clip = clips.look(put(tmp_path, FORMS[form][0], made(form, seconds=2.0)), field="intro")
    assert clip.seconds == pytest.approx(2.0, abs=0.1)
    frames = list(clips.frames(clip, (120, 200), FPS))
    assert len(frames) == clip.frames(FPS) >= 48
    assert {frame.shape for frame in frames} == {(200, 120, 3)}
    assert np.abs(frames[5].astype(int) - frames[40]).mean() > 3, "it moves"
    heard = audio_segments.samples(clips.sound(clip, 2.0))
    assert heard.shape == (2 * clips.RATE,)
    assert mastering.loudness(heard, clips.RATE) == pytest.approx(clips.LOUDNESS, abs=1.5)
    assert np.abs(heard).max() <= 10 ** (clips.PEAK / 20) + 0.01


def test_a_clip_is_shown_whole_and_its_rest_is_filled_with_itself(tmp_path):
    clip = clips.look(put(tmp_path, "a.mp4", made(picture=FLAT, sound=False)), field="intro")
    frame = next(clips.frames(clip, (120, 200), FPS)).astype(int)
    assert np.abs(frame - frame[100, 60]).max() < 12, "no black bars"
    wide = clips.look(put(tmp_path, "b.mp4", made(picture="smptebars=s=320x240:r=30:d={seconds}")), field="intro")
    frame = next(clips.frames(wide, (240, 400), FPS)).astype(int)
    middle = frame[160:200]
    assert np.abs(middle[:, 10] - middle[:, -10]).mean() > 40, "its left and its right are both there"
    assert np.abs(np.diff(frame[40], axis=0)).max() < 0.5 * np.abs(np.diff(frame[180], axis=0)).max(), "soft above"


def test_a_clip_without_sound_is_silent(tmp_path):
    clip = clips.look(put(tmp_path, "a.mp4", made(sound=False)), field="intro")
    assert not audio_segments.samples(clips.sound(clip, 1.0)).any()


def test_what_is_no_usable_clip_is_refused_with_the_reason(tmp_path, monkeypatch):
    good = made()
    assert refused(put(tmp_path, "a.mp4", b"no video")) == "clip_broken"
    assert refused(put(tmp_path, "a.mp4", b"")) == "clip_broken"
    assert refused(put(tmp_path, "a.mp4", good[: len(good) // 2]), "outro") == "clip_broken"
    assert refused(tmp_path / "none.mp4") == "clip_broken"
    assert refused(put(tmp_path, "a.mp4", made(seconds=10.5, picture=FLAT))) == "clip_too_long"
    assert refused(put(tmp_path, "a.mp4", made(seconds=0.2))) == "clip_too_short"
    monkeypatch.setattr(clips, "MAX_BYTES", 1000)
    assert refused(put(tmp_path, "a.mp4", good)) == "clip_too_large"


@pytest.mark.parametrize(
    "words",
    [
        "#EXTM3U\n#EXTINF:1,\n{path}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{path}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    ],
    ids=["playlist", "list", "stream"],
)
def test_a_file_that_would_have_others_opened_is_no_clip(tmp_path, words):
    inside = put(tmp_path, "secret.mp4", made())
    for name in ("a.mp4", "a.m3u8"):
        assert refused(put(tmp_path, name, words.format(path=inside).encode())) == "clip_broken"


def test_a_video_has_clips_around_it_and_one_mark_throughout(tmp_path):
    intro = put(tmp_path, "intro.mp4", made(seconds=1.0))
    outro = put(tmp_path, "outro.webm", made("webm", seconds=1.5))
    text = "你好，世界。"
    scene = Scene(intro=intro, outro=outro, captions=Captions.KARAOKE)
    video = script_to_video.make(make_spec(text=text, scene=scene), tmp_path / "out", speech=Tone(), engine=Light())
    tokens = Tone().speak(text, voice="a").tokens
    before = clips.look(intro, field="intro").frames(FPS)
    assert video.frames == before + 50 + clips.look(outro, field="outro").frames(FPS)
    proof = video_label.examine(video.video, "c0ffee")
    assert (proof.faults, proof.frames) == ((), video.frames)
    assert video.captions.read_text(encoding="utf-8") == srt.srt(text, tokens, late=before / FPS)
    found = mp4.probe(video.video)
    assert found.audio.rate == clips.RATE
    assert abs(found.video.seconds - found.audio.seconds) <= 0.04
    heard = ffmpeg.samples(video.video, 8000)
    for start, end in (
        (0.2, 0.8),
        (before / FPS + 0.5, before / FPS + 1.4),
        (video.seconds - 1.2, video.seconds - 0.3),
    ):
        assert np.sqrt((heard[round(start * 8000) : round(end * 8000)] ** 2).mean()) > 0.05
    silence = heard[round((before / FPS + 0.1) * 8000) : round((before / FPS + 0.3) * 8000)]
    assert np.abs(silence).max() < 0.02
    poster = np.asarray(Image.open(video.poster).convert("RGB"), float)
    (first,) = list(ffmpeg.frames(video.video, (video.width, video.height)))[before : before + 1]
    assert np.abs(poster - first).mean() < 6, "the poster is of the person, not of the clip"
    assert sorted(os.listdir(tmp_path / "out")) == ["c0ffee.jpg", "c0ffee.mp4", "c0ffee.srt"]


def test_a_broken_clip_is_named_before_anything_is_spoken(tmp_path):
    heard = []
    for field in ("intro", "outro"):
        scene = Scene(**{field: put(tmp_path, "bad.mp4", b"no video")})
        with pytest.raises(MediaError) as caught:
            script_to_video.make(
                make_spec(scene=scene),
                tmp_path / "out",
                speech=Tone(),
                engine=Light(),
                progress=lambda *news: heard.append(news),
            )
        assert (caught.value.code, caught.value.field) == ("clip_broken", field)
    assert heard == []
    assert os.listdir(tmp_path / "out") == []


# ---- logo


def logo_file(folder, size=(200, 100), colour=(220, 20, 60, 255)):
    picture = Image.new("RGBA", (size[0] + 40, size[1] + 40), (0, 0, 0, 0))
    picture.paste(colour, (20, 20, size[0] + 20, size[1] + 20))
    picture.save(folder / "logo.png")
    return folder / "logo.png"


@pytest.mark.parametrize("size", [(720, 1280), (720, 720), (1280, 720), (240, 320)])
@pytest.mark.parametrize("corner", Corner)
@pytest.mark.parametrize("shape", [(200, 100), (900, 100), (100, 400)])
def test_a_logo_stands_in_its_corner_and_never_on_the_mark(tmp_path, size, corner, shape):
    mark = Mark(*size).box
    for share in (6, 12, 30):
        logo = Logo(picture=logo_file(tmp_path, shape), corner=corner, size=share)
        box = logos.Stamp(logo, size, mark).box
        assert 0 < box.x < box.x + box.width < size[0]
        assert 0 < box.y < box.y + box.height < size[1]
        assert box.height <= share / 100 * min(size) + 1
        apart = box.x + box.width <= mark.x or box.y >= mark.y + mark.height
        assert apart
        assert (box.x < size[0] / 2) == (corner in {Corner.UPPER_LEFT, Corner.LOWER_LEFT}) or box.width > size[0] / 2
        assert (box.y + box.height / 2 < size[1] / 2) == (corner in {Corner.UPPER_LEFT, Corner.UPPER_RIGHT})


def test_a_logo_has_the_chosen_opacity_and_no_empty_edge(tmp_path):
    for opacity in (100, 50):
        frame = np.full((320, 240, 3), 100, np.uint8)
        stamp = logos.Stamp(
            Logo(picture=logo_file(tmp_path), opacity=opacity), (240, 320), Box(x=150, y=6, width=80, height=20)
        )
        stamp.draw(frame)
        middle = frame[stamp.box.y + stamp.box.height // 2, stamp.box.x + stamp.box.width // 2]
        wanted = np.array([220, 20, 60]) * opacity / 100 + 100 * (1 - opacity / 100)
        assert np.abs(middle.astype(int) - wanted).max() <= 2
        outside = np.ones((320, 240), bool)
        outside[stamp.box.place] = False
        assert (frame[outside] == 100).all()


def test_captions_stand_above_a_logo_at_the_bottom(tmp_path):
    size, tokens = (720, 720), Tone().speak("你好，世界。", voice="a").tokens
    scene = Scene(captions=Captions.PLAIN, logo=Logo(picture=logo_file(tmp_path), corner=Corner.LOWER_LEFT, size=20))
    over = Overlays(scene, srt.cues("你好，世界。", tokens), size, fps=FPS, count=50)
    _mark, logo, words = over.covered
    assert words.y + words.height <= logo.y + 12


# ---- what the admin and programs bring

human = pytest.fixture(factories.make_digital_human)
rows = pytest.mark.django_db(transaction=True)


@rows
def test_a_render_has_its_digital_humans_clips_and_logo(human):
    plain = services.request_render(human, "你好")
    assert recipes.video_spec(plain).scene.logo is None
    picture = io.BytesIO()
    Image.new("RGBA", (50, 50), (1, 2, 3, 4)).save(picture, "PNG")
    human.logo.save("l.png", ContentFile(picture.getvalue()), save=False)
    human.intro.save("i.mp4", ContentFile(made()), save=False)
    human.outro.save("o.webm", ContentFile(made("webm")), save=False)
    human.logo_corner, human.logo_size, human.logo_opacity = "lower_right", 20, 70
    human.full_clean()
    human.save()
    render = services.request_render(human, "你好")
    assert render.pk != plain.pk
    json.dumps(render.recipe)
    scene = recipes.video_spec(render).scene
    assert (scene.logo.corner, scene.logo.size, scene.logo.opacity) == (Corner.LOWER_RIGHT, 20, 70)
    assert scene.logo.picture.read_bytes() == picture.getvalue()
    assert (scene.intro.read_bytes(), scene.outro.suffix) == (made(), ".webm")
    names = [human.logo.name, human.intro.name, human.outro.name]
    human.renders.all().delete()
    services.remove_digital_human(human)
    assert not any(default_storage.exists(name) for name in names)


@rows
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("logo", SimpleUploadedFile("l.png", b"no picture"), "logo_broken"),
        ("logo", SimpleUploadedFile("l.gif", b"GIF89a"), "invalid_extension"),
        ("logo_size", 50, "max_value"),
        ("logo_opacity", 0, "min_value"),
        ("logo_corner", "middle", "invalid_choice"),
        ("intro", SimpleUploadedFile("i.mp4", b"no video"), "clip_broken"),
        ("intro", SimpleUploadedFile("i.exe", b"MZ"), "invalid_extension"),
        ("outro", SimpleUploadedFile("o.mp4", b"#EXTM3U\n"), "clip_broken"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(human, field, value, code):
    setattr(human, field, value)
    with pytest.raises(ValidationError) as caught:
        human.full_clean()
    assert code in [error.code for error in caught.value.error_dict[field]]


@rows
def test_rest_refuses_a_clip_that_is_too_long(human):
    api = factories.make_api("digital_humans:read", "digital_humans:write")
    address = f"/api/v1/digital-humans/{human.pk}/"
    long = SimpleUploadedFile("i.mp4", made(seconds=10.5, picture=FLAT))
    answer = api.patch(address, {"intro": long}, format="multipart")
    assert answer.status_code == 422
    assert [(flaw["field"], flaw["code"]) for flaw in answer.json()["errors"]] == [("intro", "clip_too_long")]
    good = {"intro": SimpleUploadedFile("i.mp4", made()), "logo_corner": "lower_left"}
    answer = api.patch(address, good, format="multipart")
    assert answer.status_code == 200, answer.content
    human.refresh_from_db()
    assert human.intro.read() == made()
    assert answer.json()["logo_corner"] == "lower_left"
