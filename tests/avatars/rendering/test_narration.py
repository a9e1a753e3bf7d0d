"""Narrations: the digital human's own voice in recordings that phones play."""

import os

import pytest
from django.core.files.storage import default_storage

from avatars import services
from avatars.media import amr
from avatars.models import Narration
from avatars.rendering import narration as narrating
from avatars.services.narrations import cancel_narration
from avatars.signals import narration_finished
from core.work.broker import publish_task
from tests.avatars.support.rendering import make_human

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_engines", "work_dir"),
]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def news():
    heard = []

    def hear(narration, **_):
        heard.append((narration.pk, narration.status))

    narration_finished.connect(hear)
    yield heard
    narration_finished.disconnect(hear)


def after(narration):
    narrating.narrate(narration.pk)
    narration.refresh_from_db()
    return narration


def test_words_become_recordings_that_a_telephone_plays(news, work_dir):
    narration = after(services.request_narration(make_human(), "你好，世界。", cid="c1d"))
    assert (narration.status, narration.reason, narration.speech_engine_used) == ("done", "", "tone")
    (name,) = narration.parts
    with default_storage.open(name) as file:
        assert file.read(6) == b"#!AMR\n"
    assert narration.seconds == pytest.approx(2.0, abs=0.1)
    assert news == [(narration.pk, "done")]
    assert os.listdir(work_dir) == []


def test_long_words_become_several_recordings_in_their_order():
    narration = after(services.request_narration(make_human(), "字" * 350))
    assert [name.rpartition("/")[2] for name in narration.parts] == ["1.amr", "2.amr"]
    assert narration.seconds > amr.LONGEST


def test_equal_words_of_one_voice_share_a_narration_whatever_is_seen():
    human = make_human()
    first = services.request_narration(human, "你好。")
    human.mode, human.engine = "talking_head", "failed"
    human.save()
    assert services.request_narration(human, "你好。") == first
    human.speed = 1.2
    human.save()
    assert services.request_narration(human, "你好。") != first


def test_a_narration_without_its_recordings_is_spoken_again_in_its_row():
    human = make_human()
    first = after(services.request_narration(human, "你好。"))
    default_storage.delete(first.parts[0])
    again = services.request_narration(human, "你好。")
    assert (again.pk, again.status, again.parts) == (first.pk, "queued", [])


@pytest.mark.parametrize(("voice", "code"), [("mute", "nothing_to_say"), ("hang", "time_limit")])
def test_a_voice_that_cannot_speak_fails_with_the_reason(voice, code, news, settings, work_dir):
    settings.AVATARS = {**settings.AVATARS, "NARRATION_TIMEOUT": 60.0 if voice == "mute" else 1.0}
    narration = after(services.request_narration(make_human(voice=voice), "你好。"))
    assert (narration.status, narration.reason, narration.parts) == ("failed", code, [])
    assert news == [(narration.pk, "failed")]
    assert os.listdir(work_dir) == []


def test_another_engine_speaks_where_one_cannot(settings):
    settings.SPEECH_FALLBACK, settings.SPEECH_FALLBACK_VOICE = "tone", "a"
    narration = after(services.request_narration(make_human(speech="theirs", voice="mute"), "你好。"))
    assert (narration.status, narration.speech_engine_used) == ("done", "tone")


def test_a_cancelled_narration_is_not_spoken(news):
    narration = services.request_narration(make_human(), "你好。")
    assert cancel_narration(narration)
    assert not cancel_narration(narration)
    assert after(narration).status == "cancelled"
    assert news == [(narration.pk, "cancelled")]


def test_narrations_do_not_wait_behind_videos(settings):
    assert settings.CELERY_TASK_ROUTES[Narration.task]["queue"] == "default"
    assert next(iter(settings.CELERY_TASK_ROUTES)) == Narration.task
    publish_task(Narration.task, 0)
