"""The stages of a render as bars on its admin page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from avatars.admin.render_timeline import bars, cost
from avatars.models import Outcome, Stage
from avatars.models.stages import StageRun, entry
from tests.support.factories import make_render

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def ran(stage, begin, end, *, outcome=Outcome.DONE, attempt=1, cpu=None):
    ended_at = None if end is None else START + timedelta(seconds=end)
    began_at = START + timedelta(seconds=begin)
    run = StageRun(attempt=attempt, stage=stage, began_at=began_at, ended_at=ended_at, outcome=outcome, cpu_seconds=cpu)
    return entry(run)


def make_run_render(**fields):
    return make_render(created_at=START - timedelta(hours=2), started_at=START, **fields)


def test_each_stage_has_its_place_and_its_share():
    render = make_run_render(stages=[ran(Stage.SPEAKING, 0, 1), ran(Stage.ANIMATING, 1, 4)])
    speaking, animating = bars(render)
    assert (speaking.left, speaking.width, speaking.tone) == (0, 25, "good")
    assert (animating.left, animating.width, animating.seconds) == (25, 75, 3)


def test_a_stage_that_runs_grows_until_now():
    render = make_run_render(
        status="running",
        attempts=1,
        stages=[ran(Stage.SPEAKING, 0, 2), ran(Stage.ANIMATING, 2, None, outcome=Outcome.RUNNING)],
    )
    assert bars(render, now=START + timedelta(seconds=8))[1].width == 75


def test_a_stage_whose_worker_died_is_marked_and_has_no_length():
    lost = ran(Stage.ANIMATING, 0, None, outcome=Outcome.RUNNING)
    again = ran(Stage.ANIMATING, 60, 64, attempt=2)
    render = make_run_render(status="done", attempts=2, stages=[lost, again])
    first, second = bars(render)
    assert (first.tone, first.seconds) == ("bad", 0)
    assert second.tone == "good"


def test_its_cost_is_per_second_of_video():
    render = make_run_render(
        seconds=4.0, stages=[ran(Stage.SPEAKING, 0, 1, cpu=1.0), ran(Stage.ANIMATING, 1, 3, cpu=2.0)]
    )
    assert "0.75" in cost(render)
    assert cost(make_render()) == ""


def test_the_page_shows_the_stages_of_each_attempt():
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(User.objects.create_superuser("boss"))
    stages = [
        ran(Stage.SPEAKING, 0, 2, outcome=Outcome.FAILED, cpu=1.5),
        ran(Stage.SPEAKING, 5, 7, attempt=2, cpu=1.5),
    ]
    render = make_run_render(status="done", attempts=2, stages=stages)
    page = client.get(reverse("admin:avatars_render_change", args=[render.pk])).content.decode()
    assert "Attempt 2" in page
    assert "ou-span-bad" in page
    assert "Waited 2\xa0hours for a worker." in page


def test_one_that_nobody_has_begun_shows_only_its_wait():
    assert bars(make_render()) == []
