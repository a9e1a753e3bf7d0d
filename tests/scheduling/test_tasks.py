"""Beat's entries and the scheduling tasks have the same names."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone

from scheduling import tasks
from scheduling.campaigns import beat_entries
from scheduling.models import Campaign
from tests.scheduling.support.plain_messages import former_schedule


def test_every_name_leads_to_a_task():
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {name for name in named | {beat_entries.TASK} if name.startswith("scheduling.")}
    assert ours == {"scheduling.sweep", "scheduling.tidy", "scheduling.begin"}
    assert ours <= set(current_app.tasks)


@pytest.mark.django_db
def test_the_tasks_do_what_they_are_named_after(application):
    schedule = former_schedule(now="2026-01-01T12:00")
    tasks.sweep()
    campaign = schedule.successors.get()
    moment = timezone.now() - timedelta(minutes=1)
    Campaign.objects.update(watched_from=moment - timedelta(minutes=1), next_at=moment, cron="* * * * *")
    tasks.begin(campaign.pk)
    assert campaign.runs.exists()
    tasks.tidy()
