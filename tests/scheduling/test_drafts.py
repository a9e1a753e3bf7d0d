"""Drafts of schedules send nothing until a person with the right to publish has published them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Run, Schedule
from tests.scheduling.support.schedules import clock, make_schedule, sent

pytestmark = pytest.mark.django_db
NOW = clock("2026-11-25T09:00")


@pytest.fixture
def draft(application) -> Schedule:
    return make_schedule(draft=True)


@pytest.fixture
def writer() -> User:
    return User.objects.create_user("writer")


def refused(act, *arguments, **options) -> str:
    with pytest.raises(SchedulingError) as caught:
        act(*arguments, **options)
    return caught.value.code


def test_a_draft_sends_nothing_by_any_way(draft):
    assert not PeriodicTask.objects.get().enabled
    assert services.run_due(draft.pk, now=NOW) == services.run_all_due(now=NOW) == []
    assert refused(services.run_now, draft, now=NOW) == "draft"
    assert refused(services.resume, draft, now=NOW) == "draft"
    assert not Run.objects.exists()
    assert sent() == []


def test_a_draft_that_is_saved_again_stays_one(draft):
    draft.paused, draft.text = False, "晚上好！"
    services.save_schedule(draft)
    draft.refresh_from_db()
    assert (draft.draft, draft.paused, draft.text) == (True, True, "晚上好！")


@pytest.mark.databases
def test_a_draft_that_is_not_paused_is_refused_by_the_database(draft):
    with pytest.raises(IntegrityError, match="schedule_draft_is_paused"), transaction.atomic():
        Schedule.objects.update(paused=False)


def test_who_asks_for_publishing_is_kept_until_it_is_published(draft, writer):
    services.ask_for_publishing(draft, by=writer, now=NOW)
    services.ask_for_publishing(draft, by=User.objects.create_user("other"), now=NOW + timedelta(hours=1))
    assert (draft.asked_by, draft.asked_at) == (writer, NOW)
    assert list(Schedule.objects.asked()) == [draft]
    services.publish(draft, now=NOW)
    assert (draft.draft, draft.paused, draft.asked_at, draft.asked_by) == (False, False, None, None)
    assert not Schedule.objects.asked().exists()


def test_a_published_draft_sends_from_then_on_and_nothing_of_before(draft):
    services.publish(draft, now=clock("2026-11-25T09:05"))
    assert services.run_due(draft.pk, now=clock("2026-11-25T09:06")) == []
    assert [run.outcome for run in services.run_due(draft.pk, now=clock("2026-11-26T09:00"))] == [Run.Outcome.SENT]
    assert sent() == ["早上好！"]
    assert PeriodicTask.objects.get().enabled


@pytest.mark.databases
def test_what_was_changed_since_it_was_seen_is_not_published(draft):
    seen = draft.updated_at
    draft.text = "别的。"
    services.save_schedule(draft)
    assert refused(services.publish, draft, seen=seen) == "draft_changed"
    services.publish(draft, seen=Schedule.objects.get().updated_at)
    assert not draft.draft


def test_sent_back_with_a_note_it_can_be_asked_for_again(draft, writer):
    assert refused(services.send_back, draft, note="Zu früh.") == "not_asked"
    services.ask_for_publishing(draft, by=writer)
    assert refused(services.send_back, draft, note=" ") == "empty"
    services.send_back(draft, note="Zu früh.")
    assert (draft.asked_at, draft.returned_note) == (None, "Zu früh.")
    assert list(Schedule.objects.sent_back_to(writer.pk)) == [draft]
    services.ask_for_publishing(draft, by=writer)
    assert draft.returned_note == ""


def test_a_schedule_that_ran_is_never_a_draft(application):
    schedule = make_schedule()
    for act in (services.publish, services.ask_for_publishing):
        assert refused(act, schedule) == "not_a_draft"
    services.run_now(schedule, now=timezone.now())
    assert not Schedule.objects.filter(draft=True, runs__isnull=False).exists()
