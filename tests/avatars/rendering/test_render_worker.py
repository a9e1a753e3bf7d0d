"""The render worker, from a row to a stored video: success, cancellation, and workers that die."""

import os
import re
import time
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from avatars import services
from avatars.ai_label import video_label
from avatars.media import mp4
from avatars.models import Outcome, Render
from avatars.rendering import progress, render_worker
from avatars.signals import render_finished
from avatars.studio.studio import studio
from conversations import services as conversations
from conversations.models import Message
from tests.avatars.support.child_processes import alive, group_of, wait_until
from tests.avatars.support.rendering import (
    LONG,
    after,
    die_at,
    expire,
    make_human,
    nothing_is_left,
    promise,
    request,
    spoken_instead,
    stage_of,
    video_of,
    working,
)
from tests.support.factories import make_presentation

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_engines", "work_dir"),
]

# Fixtures of the stage.


# ---- good days


def test_a_render_becomes_a_stored_video_with_captions_and_a_poster(work_dir, news):
    render = after(request())
    assert (render.status, render.reason, render.hint, render.attempts) == ("done", "", "", 1)
    names = [file.name for file in (render.video, render.captions, render.poster)]
    folders = {
        re.fullmatch(r"renders/([0-9a-f]{32})/(video\.mp4|captions\.srt|poster\.jpg)", name)[1] for name in names
    }
    assert len(folders) == 1
    assert render.content_id not in folders
    found = mp4.probe(video_of(render))
    assert (render.width, render.height, render.size) == (found.video.width, found.video.height, found.size)
    assert render.seconds == pytest.approx(found.video.seconds) == pytest.approx(2.0)
    assert 0 < render.took_seconds < 60
    assert (render.stage, render.progress) == (Render.Stage.STORING, 100)
    assert (render.lease_owner, render.lease_until) == ("", None)
    video_label.verify(video_of(render), render.content_id)
    assert "你好" in render.captions.read().decode()
    assert Image.open(render.poster).size == (render.width, render.height)
    assert news == [(render.pk, "done", True)]
    assert os.listdir(work_dir) == []


def captions_of(render):
    """Both files of captions, with words that are in them."""
    return [(render.captions, "看这里"), (render.translated_captions, "Hello.")]


def test_a_presentation_becomes_a_labelled_video_as_any_script(work_dir):
    presentation = make_presentation(make_human(), caption_languages="both")
    presentation.scenes.update(translation="Hello.")
    render = after(services.request_presentation_render(presentation, purpose="chat"))
    assert (render.status, render.reason, render.width, render.height) == ("done", "", 1280, 720)
    video_label.verify(video_of(render), render.content_id)
    assert services.request_presentation_render(presentation, purpose="chat") == render
    assert [file.read().decode().count(words) for file, words in captions_of(render)] == [1, 2]
    assert os.listdir(work_dir) == []


def test_a_render_is_not_done_where_its_receiver_fails():
    def refuse(**_):
        raise RuntimeError("no")

    render = request()
    render_finished.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            render_worker.render_next()
    finally:
        render_finished.disconnect(refuse)
    render.refresh_from_db()
    assert (render.status, render.video.name) == ("running", "")
    expire(render)
    assert after(render).status == "done"


@pytest.mark.databases
def test_the_most_urgent_is_made_first_then_the_oldest():
    chat, campaign = services.CHAT, services.CAMPAIGN
    wishes = [request("一", priority=campaign), request("二", priority=chat), request("三", priority=chat)]
    late = request("四", priority=100)
    Render.objects.filter(pk=late.pk).update(due_at=timezone.now() + timedelta(hours=1))
    done = []
    for _ in range(4):
        render_worker.render_next()
        done += Render.objects.filter(status="done").exclude(pk__in=done).values_list("pk", flat=True)
    assert done == [wishes[1].pk, wishes[2].pk, wishes[0].pk]
    late.refresh_from_db()
    assert late.status == "queued"


def test_nothing_to_do_is_no_mistake(news, work_dir):
    render_worker.render_next()
    assert news == []
    assert nothing_is_left(work_dir)


def test_a_warm_studio_renders_at_once():
    render_worker.warm()
    make_human()
    studio().close()
    render_worker.warm()
    child = studio().pid
    assert child is not None
    assert after(request()).status == "done"
    assert studio().pid == child


# ---- cancellation


def test_a_cancelled_render_stops_at_once_and_frees_its_worker(work_dir, news):
    unwanted, following = request(LONG), request()
    with working():
        wait_until(lambda: stage_of(unwanted) == Render.Stage.ANIMATING)
        wait_until(lambda: len(group_of(studio().pid)) >= 2)
        family = group_of(studio().pid)
        assert services.cancel_render(unwanted)
        assert Render.objects.get(pk=unwanted.pk).status == "cancelled"
        wait_until(lambda: not any(alive(pid) for pid in family))
    assert nothing_is_left(work_dir)
    assert after(following).status == "done"
    unwanted.refresh_from_db()
    assert (unwanted.status, unwanted.video.name) == ("cancelled", "")
    assert news == [(unwanted.pk, "cancelled", True), (following.pk, "done", True)]


def test_a_render_whose_digital_human_is_deleted_is_stopped(work_dir):
    render = request(LONG)
    with working():
        wait_until(lambda: stage_of(render) == Render.Stage.ANIMATING)
        render.digital_human.delete()
    assert nothing_is_left(work_dir)
    assert after(request()).status == "done"


@pytest.mark.databases
def test_a_render_that_was_taken_over_is_not_stored_twice(work_dir, monkeypatch):
    monkeypatch.setattr(progress, "ASK_EVERY", 3600.0)
    render = request()
    with working():
        wait_until(lambda: stage_of(render) == Render.Stage.ANIMATING)
        # The machine slept, say: this worker never notices that its lease ran out.
        Render.objects.filter(pk=render.pk).update(lease_until=timezone.now() - timedelta(days=1), attempts=2)
    assert not default_storage.exists("renders")
    assert os.listdir(work_dir) == []
    assert after(render).attempts == 3
    assert render.status == "done"
    assert len(default_storage.listdir("renders")[0]) == 1
    assert os.listdir(work_dir) == []


# ---- workers die


@pytest.mark.slow
def test_the_lease_is_kept_while_the_studio_says_nothing(settings, monkeypatch):
    """It is looked after twice a second; a lease of four leaves room for a machine that does much else."""
    monkeypatch.setattr(Render, "lease", timedelta(seconds=4))
    settings.AVATARS = {**settings.AVATARS, "TIME_LIMIT": 12}
    render = request(voice="hang")
    claimed = {}
    with working() as worker:
        wait_until(lambda: stage_of(render) == Render.Stage.SPEAKING)
        silent_since = time.monotonic()
        while worker.is_alive():
            worker.join(timeout=0.1)
            claimed[time.monotonic() - silent_since] = Render.claim(render.pk)
    assert max(claimed) > Render.lease.total_seconds()
    assert not any(claimed.values())
    render.refresh_from_db()
    assert (render.status, render.reason, render.attempts) == ("failed", "time_limit", 1)
    assert "12 s" in render.hint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "attempts"),
    [
        pytest.param("render.claimed", 2, marks=pytest.mark.thorough),  # as chaos/crash_points/test_crash_points.py
        ("render.filmed", 2),
        pytest.param("message.releasing", 1, marks=pytest.mark.thorough),  # likewise
        pytest.param("render.settled", 1, marks=pytest.mark.thorough),
    ],
)
def test_a_worker_that_dies_costs_an_attempt_and_nothing_is_made_twice(point, attempts, tmp_path, work_dir):
    message = promise("你好，世界。")
    render = message.render
    assert die_at(point, tmp_path) == 137
    expire(render)
    render_worker.render_next()
    render_worker.render_next()
    (render,) = Render.objects.all()
    assert (render.status, render.attempts) == ("done", attempts)
    assert default_storage.exists(render.video.name)
    conversations.release_all()  # as the sweeper does
    message.refresh_from_db()
    assert (message.state, message.outbound.msgtype) == (Message.State.SENDING, "video")
    services.clean_up(now=timezone.now() + timedelta(days=2))
    services.tidy_disk(now=timezone.now() + timedelta(days=2))
    assert [f"renders/{name}/video.mp4" for name in default_storage.listdir("renders")[0]] == [render.video.name]
    assert os.listdir(work_dir) == []


@pytest.mark.slow
def test_an_attempt_after_a_death_videos_what_was_said_before(tmp_path, work_dir):
    render = promise("你好，世界。", voice="counted").render
    assert die_at("stage.filming", tmp_path) == 137
    expire(render)
    assert die_at("", tmp_path) == 0
    render.refresh_from_db()
    assert (render.status, render.attempts) == ("done", 2)
    assert (tmp_path / "spoken").read_text().count("spoken") == 1
    assert os.listdir(tmp_path / "work") == []
    assert [run.stage for run in render.timeline if run.outcome is Outcome.LOST] == [Render.Stage.ANIMATING]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("human", "stage"),
    [
        pytest.param({"voice": "hang"}, Render.Stage.SPEAKING, marks=pytest.mark.thorough),
        ({"engine": "hang"}, Render.Stage.ANIMATING),
    ],
    ids=["speech", "render"],
)
def test_a_render_whose_engine_hangs_is_cancelled_like_any_other(human, stage, work_dir):
    hung, following = request(**human), request("下一个。")
    with working():
        wait_until(lambda: stage_of(hung) == stage)
        family = group_of(studio().pid)
        assert services.cancel_render(hung)
        wait_until(lambda: not any(alive(pid) for pid in family))
    assert nothing_is_left(work_dir)
    hung.refresh_from_db()
    assert (hung.status, hung.timeline[-1].outcome) == ("cancelled", Outcome.CANCELLED)
    assert after(following).status == "done"


def test_a_render_whose_workers_always_die_becomes_text(news):
    message = promise("毒药")
    render = message.render
    for _ in range(Render.max_attempts):
        assert Render.claim(render.pk) is not None
        expire(render)
    assert news == []
    render = after(render)
    assert (render.status, render.reason, bool(render.hint)) == ("failed", "attempts", True)
    assert news == [(render.pk, "failed", True)]
    assert spoken_instead(message).count("毒药") == 1
    assert after(request()).status == "done"
