"""Beat goes on where its clock was ahead and was set right."""

import time
from datetime import timedelta

import pytest
from celery import current_app
from celery.beat import event_t
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core.work.beat import Entry, Scheduler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def task() -> PeriodicTask:
    """It runs every two seconds, and has last run in an hour."""
    every, _ = IntervalSchedule.objects.get_or_create(every=2, period=IntervalSchedule.SECONDS)
    ahead = timezone.now() + timedelta(hours=1)
    return PeriodicTask.objects.create(name="t", task="openuser.sweep", interval=every, last_run_at=ahead)


def test_a_last_run_that_lies_ahead_is_taken_for_one_of_now(task):
    due, seconds = Entry(task).is_due()
    assert not due
    assert 0 < seconds <= 2


def test_after_a_clock_is_set_back_nothing_waits_for_its_old_time(task):
    scheduler = Scheduler(current_app, lazy=True)
    scheduler.old_schedulers = scheduler.schedule
    scheduler._heap = [event_t(time.time() + 3600, 5, scheduler.schedule["t"])]
    scheduler._gap = time.time() - time.monotonic() + 3600
    assert 0 <= scheduler.tick() <= 2


def test_each_tick_touches_the_file_of_the_health_check(settings, tmp_path):
    settings.PULSE_FILE = str(tmp_path / "pulse")
    scheduler = Scheduler(current_app, lazy=True)
    scheduler.old_schedulers = scheduler.schedule
    scheduler.tick()
    assert (tmp_path / "pulse").is_file()
