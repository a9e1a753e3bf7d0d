"""Render requests: refused, shared, prioritised and erased."""

import os
import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone

from avatars import services
from avatars.exceptions import ScriptError
from avatars.models import Render
from avatars.rendering import recipes
from avatars.signals import render_finished
from tests.avatars.support.rendering import make_old
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)

SHARED = [Render.Status.QUEUED, Render.Status.RUNNING, Render.Status.DONE]
ENDED_BADLY = [Render.Status.FAILED, Render.Status.CANCELLED]


@pytest.fixture
def human():
    return factories.make_digital_human()


@pytest.fixture
def news():
    """The renders whose end was announced."""
    heard = []

    def hear(render, **_):
        heard.append(render.pk)

    render_finished.connect(hear)
    yield heard
    render_finished.disconnect(hear)


def refusal(human, text, **wishes) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        services.request_render(human, text, **wishes)
    assert not Render.objects.exists()
    assert caught.value.message
    assert caught.value.remedy
    return caught.value


def set_status(render: Render, status: str) -> None:
    Render.objects.filter(pk=render.pk).update(status=status)


@pytest.mark.parametrize("text", ["", " ", "\n\t　 \r\n"], ids=["nothing", "a blank", "blanks"])
def test_nothing_to_say_is_refused(human, text):
    assert refusal(human, text).code == "empty"


def test_a_refused_script_is_told_its_number_of_characters(human, settings):
    most = settings.AVATARS["MAX_CHARACTERS"]
    error = refusal(human, "  " + "长" * (most + 1) + "  ")
    assert error.code == "too_long"
    assert str(most + 1) in str(error)
    assert str(most) in str(error)
    assert services.request_render(human, "长" * most).status == Render.Status.QUEUED


@pytest.mark.parametrize("text", ["。。。！！！", "…", "😀😀", "???"])
def test_a_script_of_signs_alone_is_refused_before_it_costs_quota(human, text):
    assert refusal(human, text, requester="member:1").code == "script_unspeakable"


@pytest.mark.databases
@pytest.mark.parametrize("text", ["你好\0", "\ud83d", "Hello \udc00!"], ids=["nul", "half a pair", "other half"])
def test_characters_that_no_database_stores_are_refused(human, text):
    assert refusal(human, text).code == "unreadable"


def test_an_unknown_mode_is_refused_before_anybody_works_on_it(human):
    error = refusal(human, "你好", mode="hologram")
    assert error.code == "mode_unknown"
    assert "lipsync" in error.remedy


def test_a_request_is_a_row_in_the_queue_with_an_estimate(human):
    render = services.request_render(human, "  你好  ", priority=services.TEST, cid="c1d")
    render.refresh_from_db()
    assert (render.text, render.mode, render.priority, render.cid) == ("你好", human.mode, services.TEST, "c1d")
    assert render.status == Render.Status.QUEUED
    assert render.estimated_seconds > 0
    assert render.stage == Render.Stage.WAITING
    assert re.fullmatch("[0-9a-f]{32}", render.content_id)
    assert services.seconds_left(render) == render.estimated_seconds


@pytest.mark.databases
@pytest.mark.parametrize("status", SHARED)
def test_equal_content_shares_one_render(human, status):
    first = services.request_render(human, "你好")
    set_status(first, status)
    again = services.request_render(human, " 你好\n", cid="other")
    assert (again.pk, again.status) == (first.pk, status)
    assert Render.objects.count() == 1


def test_what_was_asked_for_is_rendered_though_its_digital_human_changes_meanwhile(human):
    render = services.request_render(human, "你好")
    asked_for = recipes.video_spec(render)
    human.speed, human.mode = 1.4, "lipsync"
    human.save()
    render = Render.objects.get(pk=render.pk)
    assert recipes.video_spec(render) == asked_for
    assert services.request_render(human, "你好").pk != render.pk


@pytest.mark.parametrize("status", ENDED_BADLY)
def test_what_ended_badly_is_made_anew(human, status):
    first = services.request_render(human, "你好")
    set_status(first, status)
    again = services.request_render(human, "你好")
    assert again.pk != first.pk
    assert again.content_id != first.content_id
    assert again.status == Render.Status.QUEUED


def test_a_video_whose_file_vanished_is_made_anew(human):
    first = services.request_render(human, "你好")
    name = default_storage.save("renders/there.mp4", ContentFile(b"video"))
    Render.objects.filter(pk=first.pk).update(status=Render.Status.DONE, video=name)
    assert services.request_render(human, "你好") == first
    default_storage.delete(name)
    again = services.request_render(human, "你好")
    assert again != first
    first.refresh_from_db()
    assert (first.status, first.reason) == (Render.Status.FAILED, "file_missing")


def test_other_words_mode_voice_speed_or_portrait_make_another_video(human):
    renders = [services.request_render(human, "你好"), services.request_render(human, "你好！")]
    renders.append(services.request_render(human, "你好", mode="lipsync"))
    human.speed = 1.2
    renders.append(services.request_render(human, "你好"))
    human.voice = factories.make_voice(key="zm_yunxi")
    renders.append(services.request_render(human, "你好"))
    human.portrait.save("other.png", ContentFile(b"other"), save=True)
    services.declare_drawn(human, by="hr", reason="Drawn by our designer.")
    renders.append(services.request_render(human, "你好"))
    assert len({render.pk for render in renders}) == len(renders)


@pytest.mark.databases
def test_many_who_ask_at_the_same_moment_get_one_render(human):
    start, got = threading.Barrier(4, timeout=60), []

    def ask(priority: int) -> None:
        try:
            for text in "一二三四五六七八":
                start.wait()
                got.append(services.request_render(human, text, priority=priority).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=[priority]) for priority in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4 * 8
    assert set(got) == set(Render.objects.values_list("pk", flat=True))
    assert list(Render.objects.values_list("priority", flat=True)) == [3] * 8


@pytest.mark.databases
def test_a_render_has_the_highest_priority_of_its_requests(human):
    for wished, effective in ((services.TEST, 10), (services.CHAT, 20), (services.CAMPAIGN, 20)):
        render = services.request_render(human, "你好", priority=wished)
        assert render.priority == effective
        render.refresh_from_db()
        assert render.priority == effective


def test_cancelling_is_announced_once(human, news):
    render = services.request_render(human, "你好")
    assert services.cancel_render(render)
    assert not services.cancel_render(render)
    render.refresh_from_db()
    assert render.status == Render.Status.CANCELLED
    assert news == [render.pk]


@pytest.mark.parametrize("status", ENDED_BADLY)
def test_what_ended_badly_can_be_made_again(human, status):
    fields = {"status": status, "reason": "no_face", "hint": "Choose another.", "attempts": 3, "progress": 40}
    render = factories.make_render(human, finished_at=timezone.now(), **fields)
    assert services.retry_render(render)
    render.refresh_from_db()
    assert (render.status, render.reason, render.hint) == (Render.Status.QUEUED, "", "")
    assert (render.attempts, render.progress, render.finished_at) == (0, 0, None)


@pytest.mark.parametrize("status", SHARED)
def test_what_has_not_ended_badly_is_not_made_again(human, status):
    assert not services.retry_render(factories.make_render(human, status=status))


@pytest.mark.databases
def test_what_somebody_made_meanwhile_is_not_made_again(human):
    old = services.request_render(human, "你好")
    set_status(old, Render.Status.FAILED)
    old.refresh_from_db()
    services.request_render(human, "你好")
    assert not services.retry_render(old)
    # Nor by one who still has in mind how the row was before it was made again and done.
    stale = factories.make_render(human, status=Render.Status.FAILED)
    set_status(stale, Render.Status.DONE)
    assert not services.retry_render(stale)


def test_only_working_folders_of_dead_workers_are_removed(settings, tmp_path):
    settings.AVATARS = {
        **settings.AVATARS,
        "WORK_DIR": tmp_path / "work",
        "TIME_LIMIT": 900,
        "KEEP_WORK_FILES_DAYS": 1.0,
    }
    services.tidy_disk()
    for name, minutes in (("render-1-dead", 24 * 60 + 1), ("render-2-alive", 14), ("somebody-elses", 600)):
        (tmp_path / "work" / name / "inner").mkdir(parents=True)
        make_old(tmp_path / "work" / name, timedelta(minutes=minutes))
    services.tidy_disk()
    assert sorted(os.listdir(tmp_path / "work")) == ["render-2-alive", "somebody-elses"]


def test_a_working_folder_goes_a_minute_after_its_render_ended(settings, tmp_path, human):
    settings.AVATARS = {**settings.AVATARS, "WORK_DIR": tmp_path}
    now = timezone.now()
    ends = {"ended": now - timedelta(seconds=61), "ending": now - timedelta(seconds=59)}
    for name, at in ends.items():
        render = factories.make_render(human, status=Render.Status.DONE, finished_at=at)
        (tmp_path / f"render-{render.pk}-{name}").mkdir()
    running = factories.make_render(human, status=Render.Status.RUNNING)
    (tmp_path / f"render-{running.pk}-running").mkdir()
    for folder in tmp_path.iterdir():
        make_old(folder)
    services.tidy_disk(now=now)
    assert sorted(name.split("-")[2] for name in os.listdir(tmp_path)) == ["ending", "running"]


@pytest.mark.databases
def test_stored_files_that_no_row_knows_are_removed_after_a_day(human):
    kept, lost, fresh = ("0" * 31 + digit for digit in "123")
    for folder in (kept, lost, fresh, "not-ours"):
        default_storage.save(f"renders/{folder}/video.mp4", ContentFile(b"video"))
        age = timedelta(hours=0 if folder == fresh else 25)
        make_old(Path(default_storage.path(f"renders/{folder}")), age)
    factories.make_render(human, status=Render.Status.DONE, video=f"renders/{kept}/video.mp4")
    factories.make_render(human, status=Render.Status.FAILED)
    services.clean_up()
    assert sorted(default_storage.listdir("renders")[0]) == sorted([kept, fresh, "not-ours"])


def test_nothing_to_tidy_is_no_mistake(settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "WORK_DIR": tmp_path / "never-made"}
    services.tidy_disk()
    assert not (tmp_path / "never-made").exists()
