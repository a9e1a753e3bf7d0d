"""Rehearsals as work: asked for, gone through by a worker that may die, kept, and gone again."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from core.work.base import LeaseLost
from scheduling import services
from scheduling.models import RehearsalRun
from scheduling.rehearsal import moved_clock, rehearsal_runs, stored_results
from scheduling.rehearsal.database_aside import real_database
from tests.scheduling.support.campaigns import make_campaign
from tests.scheduling.support.series import make_series
from tests.support import factories

pytestmark = pytest.mark.django_db

DAILY = {"repeats": "cron", "cron": "0 9 * * *", "time_zone": "Asia/Shanghai"}
WISH = {"since": date(2099, 1, 5), "days": 3, "cohort": {"members": ["lisi"]}}
BY = "auth.user:1"


@pytest.fixture
def lisi(application):
    return factories.make_member(application, "lisi", name="李四", status="active")


def ask(subject, **wish) -> RehearsalRun:
    return services.request_rehearsal(subject, asked_by=BY, **{**WISH, **wish})


def worked(run: RehearsalRun) -> RehearsalRun:
    services.run_rehearsal(run.pk)
    run.refresh_from_db()
    return run


def test_a_worker_finds_what_who_waits_would_have_found(lisi):
    campaign = make_campaign("{{name}}，早", **DAILY)
    wish = {"leavers": {"lisi": date(2099, 1, 6)}}
    run = worked(ask(campaign, **wish))
    assert (run.status, run.percent, run.attempts) == ("done", 100, 1)
    found, expected = services.read_rehearsal(run.result), services.rehearse(campaign, **WISH, **wish)
    assert (found.timelines, found.days, found.dropped) == (expected.timelines, expected.days, expected.dropped)
    assert (found.begins, found.ends, found.members) == (expected.begins, expected.ends, 1)
    assert found.sent == 2


def test_a_series_is_rehearsed_with_whom_it_takes_in(lisi):
    run = worked(ask(make_series(0, 3, anchor="api"), days=5, joiners={"lisi": date(2099, 1, 5)}))
    assert services.read_rehearsal(run.result).sent == 2


@pytest.mark.databases
def test_the_progress_is_seen_while_the_days_pass(lisi, monkeypatch):
    monkeypatch.setattr(rehearsal_runs, "EACH", 0.0)
    run, seen = ask(make_campaign("早", **DAILY)), []
    note = rehearsal_runs._note

    def watched(row: RehearsalRun):
        noted = note(row)

        def noting(part: float) -> None:
            noted(part)
            with real_database():
                seen.append(RehearsalRun.objects.get(pk=run.pk).percent)

        return noting

    monkeypatch.setattr(rehearsal_runs, "_note", watched)
    assert worked(run).status == "done"
    assert seen == sorted(seen)
    assert len({*seen}) >= 4


@pytest.mark.databases
def test_a_rehearsal_that_nobody_waits_for_ends_in_the_middle(lisi, monkeypatch):
    monkeypatch.setattr(rehearsal_runs, "EACH", 0.0)
    campaign = make_campaign("早", **DAILY)
    first, moments = ask(campaign, days=60), []
    move = moved_clock.MovedClock._do_what_is_due

    def moving(clock: moved_clock.MovedClock):
        moments.append(clock.now)
        if len(moments) == 5:
            with real_database():
                ask(campaign)
        return move(clock)

    monkeypatch.setattr(moved_clock.MovedClock, "_do_what_is_due", moving)
    assert (worked(first).status, first.reason, first.result) == ("cancelled", "superseded", None)
    assert len(moments) < 10


def test_another_person_ends_no_rehearsal(lisi):
    campaign = make_campaign("早", **DAILY)
    ask(campaign)
    services.request_rehearsal(campaign, asked_by="auth.user:2", **WISH)
    assert RehearsalRun.objects.filter(status="queued").count() == 2


@pytest.mark.databases
def test_another_worker_takes_over_from_one_that_died(lisi):
    run = ask(make_campaign("早", **DAILY))
    dead = RehearsalRun.claim(run.pk)
    RehearsalRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert (worked(run).status, run.attempts) == ("done", 2)
    with pytest.raises(LeaseLost):
        dead.update_leased(percent=3)


def test_what_is_wrong_is_said_in_the_language_of_who_asked(lisi):
    campaign = make_campaign("早", **DAILY)
    with translation.override("zh-hans"):
        run = ask(campaign)
    campaign.contents.all().delete()
    assert worked(run).status == "failed"
    assert run.error["detail"]
    assert run.error["remedy"]
    assert not run.error["detail"].isascii()


def test_equal_words_are_kept_once(lisi):
    run = worked(ask(make_campaign("早", **DAILY), days=60))
    assert run.result["texts"].count("早") == 1
    assert len(stored_results.read(run.result).timelines[0].occasions) == 60
