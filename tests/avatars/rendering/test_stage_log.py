"""The stage log of a render: costs and outcomes per stage."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone, translation

from avatars import services
from avatars.models import Outcome, Render, Stage
from avatars.rendering.stage_log import StageLog
from core.metrics.counts import pending
from tests.avatars.support.child_processes import wait_until
from tests.avatars.support.rendering import LONG, after, expire, make_human, request, stage_of, working

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_engines", "work_dir"),
]
SECONDS = ("openuser_job_run_seconds", "sum")
MADE = [stage for stage in Stage if stage is not Stage.WAITING]


def told(render):
    return [(run.attempt, run.stage, run.outcome) for run in render.timeline]


def test_each_stage_of_a_render_has_its_times_and_costs():
    render = after(request())
    assert told(render) == [(0, Stage.WAITING, Outcome.DONE), *((1, stage, Outcome.DONE) for stage in MADE)]
    runs = render.timeline
    assert (runs[0].began_at, runs[0].ended_at) == (render.created_at, render.started_at)
    assert all(run.began_at <= run.ended_at for run in runs[1:])
    assert all(one.ended_at <= other.began_at for one, other in pairwise(runs[1:]))
    assert runs[-1].ended_at <= render.finished_at
    assert all(run.cpu_seconds is not None for run in runs[1:])
    assert next(run for run in runs if run.stage is Stage.ANIMATING).cpu_seconds > 0, "with that of ffmpeg"
    assert render.cpu_seconds == pytest.approx(sum(run.cpu_seconds for run in runs[1:]))
    assert sum(run.seconds for run in runs[1:]) <= render.took_seconds + 0.5


def test_the_seconds_of_each_stage_are_counted():
    pending.take()
    render = after(request())
    counted = {labels: value for (name, labels, part), value in pending.take().items() if (name, part) == SECONDS}
    for run in render.timeline[1:]:
        assert counted["avatars.render", run.stage.value] == pytest.approx(run.seconds, abs=0.01)


def test_a_failed_stage_says_why_and_a_retry_follows():
    render = after(request(voice="crash"))
    assert told(render)[1:] == [(1, Stage.SPEAKING, Outcome.FAILED)]
    assert render.timeline[1].code == "studio_died"
    assert told(after(render))[1:] == [(number, Stage.SPEAKING, Outcome.FAILED) for number in (1, 2)]


def test_the_stages_of_a_fallback_engine_follow_the_failed_one(settings):
    settings.RENDER_FALLBACK = "light"
    settings.RENDER_ENGINES = {"light": {}, "failed": {}}
    render = after(request(engine="failed"))
    assert render.status == "done"
    assert told(render)[1:4] == [
        (1, Stage.SPEAKING, Outcome.DONE),
        (1, Stage.ANIMATING, Outcome.FAILED),
        (1, Stage.SPEAKING, Outcome.DONE),
    ]


@pytest.mark.thorough
def test_a_stage_that_is_cancelled_ended_when_the_render_did():
    render = request(LONG)
    with working():
        wait_until(lambda: stage_of(render) == Render.Stage.ANIMATING)
        running = Render.objects.get(pk=render.pk).timeline[-1]
        assert (running.stage, running.outcome, running.ended_at) == (Stage.ANIMATING, Outcome.RUNNING, None)
        services.cancel_render(render)
    render = Render.objects.get(pk=render.pk)
    last = render.timeline[-1]
    assert (last.stage, last.outcome, last.ended_at) == (Stage.ANIMATING, Outcome.CANCELLED, render.finished_at)


def test_a_render_cancelled_early_has_only_waited():
    render = request()
    services.cancel_render(render)
    render.refresh_from_db()
    assert told(render) == [(0, Stage.WAITING, Outcome.CANCELLED)]
    assert render.timeline[0].ended_at == render.finished_at


def test_a_stage_whose_worker_died_has_no_duration():
    render = Render.claim(request().pk)
    render.update_leased(stages=StageLog(render).begin(Stage.SPEAKING))
    assert told(render)[1:] == [(1, Stage.SPEAKING, Outcome.RUNNING)]
    expire(render)
    again = Render.claim(render.pk, now=timezone.now() + timedelta(seconds=1))
    assert told(again)[1:] == [(1, Stage.SPEAKING, Outcome.LOST)]
    again.update_leased(stages=StageLog(again).begin(Stage.SPEAKING))
    assert told(again)[1:] == [(1, Stage.SPEAKING, Outcome.LOST), (2, Stage.SPEAKING, Outcome.RUNNING)]
    assert again.timeline[1].seconds is None


def test_a_render_that_is_made_again_begins_a_new_timeline():
    render = after(request(engine="no_face"))
    assert len(render.timeline) > 1
    assert services.retry_render(render)
    assert told(Render.objects.get(pk=render.pk)) == [(0, Stage.WAITING, Outcome.RUNNING)]


def test_a_timeline_speaks_the_language_of_whoever_reads_it():
    render = services.request_render(make_human(), "你好")
    with translation.override("en"):
        assert (render.timeline[0].label, render.timeline[0].outcome_words) == ("waiting", "running")
