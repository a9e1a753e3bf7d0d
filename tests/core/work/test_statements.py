"""A statement that was compiled once asks for what the query would have asked for, with each call's own values."""

from datetime import datetime, timedelta

import pytest
from django.db.models import Exists, Q
from django.utils import timezone

from core.work.statements import StandIns, Statement, select
from tests.support import factories
from wecom.models import Callback, DailyQuota
from wecom.quotas.send_quota import quota_day

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

NOW = timezone.now()


def found(statement: Statement, now: datetime, **values: object) -> list[Callback]:
    return list(Callback.objects.raw(statement.sql, statement.given(now, **values)))


def test_each_call_has_its_own_number_and_words():
    first, second = (factories.make_callback(cid=cid) for cid in ("one", "two"))
    statement = Statement(
        lambda values: select(Callback.objects.filter(pk=values.number("pk"), cid=values.text("cid")))
    )
    assert found(statement, NOW, pk=first.pk, cid="one") == [first]
    assert found(statement, NOW, pk=second.pk, cid="two") == [second]
    assert found(statement, NOW, pk=second.pk, cid="one") == []


def test_times_that_are_computed_from_now_follow_it():
    row = factories.make_callback(created_at=NOW)
    statement = Statement(
        lambda values: select(Callback.objects.filter(created_at__gt=values.now - timedelta(minutes=1)))
    )
    assert found(statement, NOW + timedelta(seconds=59)) == [row]
    assert found(statement, NOW + timedelta(seconds=61)) == []


def test_times_of_work_are_asked_for_by_the_clock_of_the_database(ahead_by):
    statement = Statement(lambda values: select(Callback.objects.filter(due_at__lte=values.now)))
    ahead_by(timedelta(minutes=5))
    row = factories.make_callback(due_at=NOW)
    assert found(statement, NOW - timedelta(minutes=1)) == []
    assert found(statement, NOW + timedelta(seconds=1)) == [row]
    assert found(statement, NOW + timedelta(seconds=1))[0].due_at - NOW < timedelta(seconds=1)


def test_a_day_is_filled_in():
    application = factories.make_application()
    DailyQuota.objects.create(application=application, day=quota_day(NOW), recipients=3)
    statement = Statement(lambda values: select(DailyQuota.objects.filter(day=values.day("day"))))
    days = (quota_day(NOW), quota_day(NOW) + timedelta(days=1))
    counts = [DailyQuota.objects.raw(statement.sql, statement.given(NOW, day=day)) for day in days]
    assert [[row.recipients for row in rows] for rows in counts] == [[3], []]


def test_a_day_that_is_computed_from_a_stand_in_is_refused():
    def build(values: StandIns):
        return select(DailyQuota.objects.filter(day=values.day("day") + timedelta(days=40)))

    with pytest.raises(ValueError, match="not `now`"):
        Statement(build)


def test_a_claim_is_compiled_once_for_each_condition():
    first, second = (factories.make_callback() for _ in range(2))

    def is_first(now: datetime) -> Q:
        return Q(~Exists(Callback.objects.filter(due_at__gt=now)), pk=first.pk)

    assert Callback.claim(first.pk, now=NOW - timedelta(hours=1), given=is_first) is None
    assert Callback.claim(second.pk, given=is_first) is None
    assert Callback.claim(first.pk, given=is_first) == first
    assert Callback.claim(second.pk) == second


def test_values_of_the_query_itself_stay():
    row = factories.make_callback(cid="kept", from_user_id="9500 people")
    statement = Statement(
        lambda values: select(Callback.objects.filter(cid="kept", from_user_id="9500 people", pk=values.number("pk")))
    )
    assert found(statement, NOW, pk=row.pk) == [row]
