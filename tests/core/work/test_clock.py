"""Work is due by the database's clock, however wrong that of a machine is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.work import clock
from core.work.base import FAR
from tests.support import factories
from wecom.models import Callback, Outbound

pytestmark = pytest.mark.django_db(transaction=True)
MINUTES = timedelta(seconds=400)


@pytest.fixture(autouse=True)
def unknown() -> Iterator[None]:
    """Each test begins as a process does, and leaves nothing to the next."""
    clock.forget()
    yield
    clock.forget()


@pytest.mark.databases
@pytest.mark.parametrize("span", [MINUTES, -MINUTES])
def test_what_a_wrong_clock_makes_due_is_due_by_the_right_one(ahead_by, span):
    right = timezone.now() - span
    ahead_by(span)
    row = factories.make_outbound()
    claimed = Outbound.claim(row.pk)
    claimed.postpone(timezone.now() + timedelta(seconds=10), "busy")
    assert Outbound.claim(row.pk) is None
    row.refresh_from_db()
    assert abs(row.due_at - timezone.now() - timedelta(seconds=10)) < timedelta(seconds=5), "as it is shown here"
    clock.forget()
    row.refresh_from_db()
    assert abs(row.due_at - right - timedelta(seconds=10)) < timedelta(seconds=5), "as others see it"
    assert Outbound.claim(row.pk, now=right) is None
    assert Outbound.claim(row.pk, now=right + timedelta(seconds=20)) is not None


def test_a_slow_machine_takes_what_is_due_elsewhere(ahead_by):
    row = factories.make_callback(due_at=timezone.now() + MINUTES)
    assert Callback.claim(row.pk) is None
    ahead_by(-2 * MINUTES)
    assert Callback.claim(row.pk) is not None


def test_a_second_changes_no_time(ahead_by):
    at = timezone.now()
    ahead_by(timedelta(seconds=0.9))
    row = factories.make_callback(due_at=at)
    clock.forget()
    row.refresh_from_db()
    assert row.due_at == at


def test_a_time_that_was_shown_finds_its_row_after_another_comparison(ahead_by):
    ahead_by(MINUTES)
    row = factories.make_callback()
    row.refresh_from_db()
    ahead_by(MINUTES + timedelta(seconds=0.02))
    assert Callback.objects.get(created_at=row.created_at) == row


def test_what_waits_for_a_person_is_as_far_as_ever(ahead_by):
    ahead_by(MINUTES)
    row = factories.make_outbound(due_at=FAR)
    assert Outbound.objects.filter(due_at=FAR).get() == row
    clock.forget()
    assert Outbound.objects.get().due_at == FAR


@pytest.mark.databases
def test_a_new_connection_shows_the_clock_of_the_server():
    connection.close()
    connection.ensure_connection()
    assert clock.is_known() == (connection.vendor == "postgresql")
    assert clock.ahead() == timedelta()
