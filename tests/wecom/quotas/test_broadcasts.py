"""Calls of a broadcast go to different members: the platform's limits count them once for everybody."""

from datetime import datetime, timedelta

import pytest

from tests.support import factories
from wecom.client import call_limit_breaker
from wecom.models import BroadcastReservation, DailyQuota, SendReservation
from wecom.quotas import quota_forecast, send_quota

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

NOON = datetime(2026, 11, 25, 12, tzinfo=call_limit_breaker.CHINA)


@pytest.fixture
def application():
    return factories.make_application()


def reserve(application, *recipients: str, broadcast: str = "", now: datetime = NOON) -> datetime | None:
    """Count a message, as delivery does before its call."""
    names = list(recipients)
    row = factories.make_outbound(application, recipients=names, reach=len(names), broadcast=broadcast)
    return send_quota.reserve(row, now)


def test_calls_to_different_members_are_counted_in_one_row(application):
    for number in range(40):
        assert reserve(application, f"a{number}", f"b{number}", broadcast="7.0") is None
    assert (BroadcastReservation.objects.count(), SendReservation.objects.count()) == (1, 0)
    assert DailyQuota.objects.get().recipients == 80


def test_broadcasts_and_messages_to_a_member_count_together(application):
    for number in range(20):
        assert reserve(application, "zhangsan", "lisi", broadcast=f"{number}.0") is None
    waits = [reserve(application, "zhangsan") for _number in range(11)]
    assert waits == [*[None] * 10, NOON + timedelta(minutes=1) + send_quota.SLACK]
    assert reserve(application, "lisi") is None
    assert reserve(application, "zhangsan", now=NOON + timedelta(seconds=61)) is None


def test_the_thirty_first_broadcast_in_a_minute_waits(application):
    waits = [reserve(application, f"a{number}", broadcast=f"{number}.0") for number in range(31)]
    assert waits == [*[None] * 30, NOON + timedelta(minutes=1) + send_quota.SLACK]
    assert reserve(application, "a99", broadcast="0.0") is None  # a part of one that is counted


def test_a_broadcast_counts_from_its_latest_call(application):
    row = factories.make_outbound(application, recipients=["a", "b"], reach=2, broadcast="7.0")
    assert send_quota.reserve(row, NOON) is None
    send_quota.record_arrival(row, NOON, timedelta(seconds=9))
    assert BroadcastReservation.objects.get().at == NOON + timedelta(seconds=9)
    assert reserve(application, "c", broadcast="7.0", now=NOON + timedelta(seconds=30)) is None
    assert send_quota.broadcast_times(application, NOON + timedelta(seconds=31)) == [NOON + timedelta(seconds=30)]


def test_a_call_that_was_not_accepted_frees_the_days_share(application):
    row = factories.make_outbound(application, recipients=["a", "b"], reach=2, broadcast="7.0")
    assert send_quota.reserve(row, NOON) is None
    send_quota.refund(row, NOON)
    assert DailyQuota.objects.get().recipients == 0


def test_the_forecast_of_a_member_counts_broadcasts(application):
    for number in range(30):
        reserve(application, "zhangsan", broadcast=f"{number}.0")
    factories.make_outbound(application, recipients=["zhangsan"], order_key=f"{application.pk}:zhangsan")
    found = quota_forecast.forecast_for(application, now=NOON + timedelta(seconds=1))
    assert (found.because, found.through_at) == ("member", NOON + timedelta(minutes=1) + send_quota.SLACK)


def test_old_broadcasts_are_forgotten(application):
    reserve(application, "zhangsan", broadcast="7.0")
    send_quota.delete_old_counts(NOON + timedelta(hours=3))
    assert not BroadcastReservation.objects.exists()
