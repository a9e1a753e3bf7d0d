"""`UPDATE … RETURNING` on this run's database."""

import threading

import pytest
from django.db import connections
from django.db.models import Count, F, OuterRef, Subquery

from core.work.updates import add_to_row, update_returning, update_row
from tests.support import factories
from wecom.models import Callback, CallQuota, Outbound

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def application():
    return factories.make_application()


def test_rows_come_back_as_they_are_after_the_update(application):
    rows = [factories.make_outbound(application, recipients=[name], priority=1) for name in ("a", "b")]
    factories.make_outbound(application, priority=5)
    changed = update_returning(Outbound.objects.filter(priority=1).order_by("-pk"), priority=F("priority") + 1)
    assert {(row.pk, row.priority, tuple(row.recipients)) for row in changed} == {
        (rows[0].pk, 2, ("a",)),
        (rows[1].pk, 2, ("b",)),
    }
    for row in changed:
        row.refresh_from_db()
        assert row.priority == 2


def test_an_update_of_nothing_gives_nothing(application):
    factories.make_outbound(application)
    assert update_returning(Outbound.objects.filter(priority=7), priority=8) == []
    assert update_returning(Outbound.objects.filter(pk__in=[]), priority=8) == []


def test_a_row_that_has_changed_is_left_alone(application):
    row = factories.make_outbound(application, priority=1)
    assert update_row(row, {"priority": 2, "content": {"text": "二"}}, given={"priority": 1}, reads="priority") == (2,)
    assert update_row(row, {"priority": 3}, given={"priority": 1}, reads="priority") is None
    row.refresh_from_db()
    assert (row.priority, row.content) == (2, {"text": "二"})


def test_a_claim_reads_along_what_it_is_asked_for(application):
    first, second = (factories.make_callback(application, order_key="one") for _ in range(2))

    def earlier(_now):
        rows = Callback.objects.filter(order_key=OuterRef("order_key"), pk__lt=OuterRef("pk")).values("order_key")
        return {"earlier": Subquery(rows.annotate(number=Count("pk")).values("number"))}

    claimed = Callback.claim(first.pk, along=earlier)
    assert (claimed.earlier, claimed.cid) == (None, first.cid)
    claimed.settle(Callback.Status.DONE)
    assert Callback.claim(second.pk, along=earlier).earlier == 1


@pytest.mark.django_db(transaction=True)
def test_counts_of_four_at_once_are_added_up():
    key = {"corporation": factories.make_application().corporation, "api": "message/send", "slot": "2026-12-02T08:00Z"}

    def count() -> None:
        for _turn in range(5):
            add_to_row(CallQuota, key | {"shard": 1}, calls=2)
        connections.close_all()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.calls for row in CallQuota.objects.all()] == [40]
