"""What somebody waits for goes first: it is made while a bulk render waits, by a studio that does not give way."""

import os
from pathlib import Path

import pytest

from avatars import services
from avatars.models import Render, Rendition
from avatars.rendering import render_worker
from avatars.studio.studio import studio
from core.work.lanes import cpu_priority
from tests.avatars.support.child_processes import wait_until
from tests.avatars.support.rendering import LONG, request, stage_of, working
from tests.support.factories import make_render

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_engines", "work_dir"),
]


def bulk(text=LONG, **human):
    return request(text, priority=services.CAMPAIGN, **human)


def niceness(pid):
    return os.getpriority(os.PRIO_PROCESS, pid)


def test_no_models_are_held_for_bulk_renders_that_are_over():
    render_worker.render_next()
    bulk("你好。")
    render_worker.render_next()
    assert Render.objects.get().status == "done"
    assert studio(bulk=True).pid is None


@pytest.mark.databases
def test_a_video_that_somebody_waits_for_is_made_meanwhile(work_dir):
    slow, urgent = bulk(), request("你好。", priority=services.CAMPAIGN)
    Render.objects.filter(pk=urgent.pk).update(due_at="2100-01-01T00:00Z")
    with working():
        wait_until(lambda: stage_of(slow) == Render.Stage.ANIMATING)
        assert niceness(studio(bulk=True).pid) == cpu_priority.NICENESS
        Render.objects.filter(pk=urgent.pk).update(due_at="2020-01-01T00:00Z", priority=services.CHAT)
        wait_until(lambda: Render.objects.get(pk=urgent.pk).status == "done")
        assert niceness(studio().pid) == os.getpriority(os.PRIO_PROCESS, 0)
        slow.refresh_from_db()
        assert (slow.status, slow.attempts) == ("running", 1)
        assert services.cancel_render(slow)
    assert set(os.listdir(work_dir)) == set()


def test_a_bulk_render_that_somebody_joins_is_made_by_the_other_studio(work_dir):
    slow = bulk("你好，世界。" * 8)
    with working():
        wait_until(lambda: stage_of(slow) == Render.Stage.SPEAKING)
        assert request_again(slow) == slow
    slow.refresh_from_db()
    assert (slow.status, slow.attempts, slow.priority) == ("queued", 0, services.CHAT)
    render_worker.render_next()
    slow.refresh_from_db()
    assert (slow.status, slow.attempts) == ("done", 1)
    assert studio().pid is not None


def request_again(render):
    return services.request_render(render.digital_human, render.text)


def test_a_short_copy_of_a_video_waits_for_no_bulk_render():
    slow = bulk()
    small = Rendition.objects.create(render=make_render(status="done", video="gone.mp4"), limit=1000)
    with working():
        wait_until(lambda: Rendition.objects.get(pk=small.pk).is_finished)
        slow.refresh_from_db()
        assert slow.status == "running"
        assert services.cancel_render(slow)


def test_a_session_of_its_own_gives_way_as_a_whole():
    group = Path(f"/proc/{os.getpid()}/autogroup")
    slow = bulk()
    with working():
        wait_until(lambda: studio(bulk=True).pid is not None)
        wait_until(lambda: niceness(studio(bulk=True).pid) == cpu_priority.NICENESS)
        if group.exists():
            theirs = Path(f"/proc/{studio(bulk=True).pid}/autogroup")
            wait_until(lambda: f"nice {cpu_priority.NICENESS}" in theirs.read_text())
            assert f"nice {cpu_priority.NICENESS}" not in group.read_text()  # empty, where the tests run in no group
        assert services.cancel_render(slow)
