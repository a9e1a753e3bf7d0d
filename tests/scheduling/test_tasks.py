"""Beat's entries and the scheduling tasks have the same names."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings

from scheduling import tasks
from scheduling.models import Run, Schedule
from scheduling.schedules import beat_entries
from tests.scheduling.support.schedules import make_schedule


def test_every_name_leads_to_a_task():
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {name for name in named | {beat_entries.TASK, beat_entries.CAMPAIGN_TASK} if name.startswith("scheduling.")}
    assert ours == {"scheduling.sweep", "scheduling.tidy", "scheduling.run_due", "scheduling.begin"}
    assert ours <= set(current_app.tasks)


@pytest.mark.django_db
def test_the_tasks_do_what_they_are_named_after(application):
    schedule = make_schedule(now="2026-01-01T12:00", grace_minutes=1440)
    tasks.sweep()
    tasks.run_due(schedule.pk)
    assert Run.objects.exists()
    for run in Run.objects.all():
        run.due_at -= timedelta(days=3000)
        run.save()
    tasks.tidy()
    assert not Run.objects.exists()
    assert Schedule.objects.count() == 1
