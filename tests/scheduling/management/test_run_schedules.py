"""`manage.py run_schedules`, by hand and under a moved clock."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.scheduling.support.campaigns import launch, work
from tests.scheduling.support.plain_messages import clock, send_plain, sent

pytestmark = pytest.mark.django_db


def run_schedules(**options: str) -> str:
    out = StringIO()
    call_command("run_schedules", stdout=out, **options)
    return out.getvalue()


def test_it_prints_what_ran_and_then_that_nothing_is_due(application):
    send_plain(name="晨会", now="2026-11-25T08:00")
    assert run_schedules(now="2026-11-25T08:59") == "Nothing is due.\n"
    assert "晨会: running" in run_schedules(now="2026-11-25T09:05")
    assert run_schedules(now="2026-11-25T01:05Z") == "Nothing is due.\n"
    work(clock("2026-11-25T09:05"), calls=False)
    assert len(sent()) == 1


def test_it_says_what_was_missed(application):
    send_plain(name="晨会", now="2026-11-25T08:00")
    assert "晨会: missed" in run_schedules(now="2026-11-25T12:00+08:00")


def test_it_begins_campaigns_too_which_workers_send_at_once(application):
    fields = {"name": "晨报", "repeats": "cron", "cron": "0 9 * * *", "missed": "skip"}
    campaign = launch("早", now=clock("2026-11-25T08:00"), **fields)
    assert "晨报: running" in run_schedules(now="2099-11-25T09:05")
    run = campaign.runs.get()
    assert run.due_at <= timezone.now()
    assert "晨报: missed" in run_schedules(now="2099-11-26T12:00")
    assert run_schedules(now="2099-11-26T12:00") == "Nothing is due.\n"


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01T09:00"])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(CommandError, match="write one like"):
        run_schedules(now=text)
