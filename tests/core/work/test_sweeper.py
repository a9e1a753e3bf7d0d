"""Wakes: on commit, by the row that ends, and by the sweeper, for every Work subclass."""

import time
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.work import broker, sweeper
from core.work.base import Work
from tests.core.support.work_kinds import EVERY_KIND, MAKERS, expire
from tests.support import factories
from wecom.models import Callback, Outbound, Upload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@EVERY_KIND
def test_the_sweeper_wakes_what_is_due_once_a_while(kind):
    due = MAKERS[kind]()
    MAKERS[kind](due_at=timezone.now() + timedelta(hours=1))
    kind.claim(MAKERS[kind]().pk).settle(Work.Status.DONE)
    assert sweeper.sweep() == 1
    assert sweeper.sweep() == 0
    assert sweeper.sweep(timezone.now() + timedelta(minutes=2)) == 1
    due.refresh_from_db()
    assert due.woken_at is not None


@EVERY_KIND
def test_the_sweeper_wakes_an_expired_lease_but_not_a_living_one(kind):
    living, dead = kind.claim(MAKERS[kind]().pk), kind.claim(MAKERS[kind]().pk)
    expire(dead)
    assert sweeper.sweep() == 1
    living.refresh_from_db()
    assert living.woken_at is None


def queued() -> int:
    """How many tasks the broker holds."""
    server = redis.Redis.from_url(settings.BROKER_URL.replace("redis+socket:", "unix:"))
    return sum(server.llen(key) for key in server.scan_iter("default*"))


def test_a_wake_goes_out_on_commit():
    row = factories.make_callback()
    assert broker.publisher.flush(10)  # what was woken before is still on its way
    before = queued()
    with transaction.atomic():
        row.wake()
        assert broker.publisher.flush(10)
        assert queued() == before
    assert broker.publisher.flush(10)
    assert queued() == before + 1


@EVERY_KIND
def test_a_row_that_ends_wakes_the_next_of_its_key(kind, woken):
    first, second, third, _last = (MAKERS[kind](order_key="1:zhangsan") for _ in range(4))
    woken()
    kind.claim(first.pk).settle(Work.Status.DONE)
    assert woken() == [(kind.task, f"[{second.pk}]")]
    second.cancel()
    assert woken() == [(kind.task, f"[{third.pk}]")]


def test_the_sweeper_wakes_replies_before_bulk(monkeypatch):
    bulk, reply = factories.make_outbound(priority=Outbound.BULK), factories.make_outbound(priority=0)
    monkeypatch.setattr(sweeper, "SWEEP_LIMIT", 1)
    now = timezone.now()
    for row in (reply, bulk):
        assert sweeper.wake_rows(Outbound, Outbound.work_rows().to_wake(now), now) == 1
        assert not Outbound.objects.filter(pk=row.pk, woken_at=None).exists()


def test_each_lane_wakes_its_own_rows_and_leaves_the_others(woken):
    bulk, reply = factories.make_outbound(priority=Outbound.BULK), factories.make_outbound(priority=0)
    callback = factories.make_callback()
    woken()
    assert sweeper.sweep(bulk=True) == 1
    assert woken() == [(Outbound.task, f"[{bulk.pk}]")]
    assert sweeper.sweep(bulk=False) == 2
    assert sorted(woken()) == sorted([(Outbound.task, f"[{reply.pk}]"), (Callback.task, f"[{callback.pk}]")])


def test_a_sweep_wakes_thousands_and_no_kind_waits_for_another(woken):
    application = factories.make_application()
    Callback.objects.bulk_create(
        Callback(application=application, identity=f"{number}", kind="text", from_user_id="a", sent_at=timezone.now())
        for number in range(5000)
    )
    row = factories.make_upload(application)
    assert sweeper.sweep() == 5001
    tasks = list(reversed(woken()))
    assert len(set(tasks)) == len(tasks) == 5001
    assert tasks.index((Upload.task, f"[{row.pk}]")) <= sweeper.SWEEP_LIMIT
    assert sweeper.sweep() == 0


def test_a_full_queue_gets_one_turn_of_each_sweep(monkeypatch, woken):
    application = factories.make_application()
    Outbound.objects.bulk_create(Outbound(application=application, recipients=["a"]) for _ in range(5))
    monkeypatch.setattr(sweeper, "SWEEP_LIMIT", 2)
    monkeypatch.setattr(broker, "ENOUGH", 3)
    assert [sweeper.sweep(again=True) for _ in range(2)] == [4, 2]
    woken()
    assert sweeper.sweep() == 1


def test_a_sweep_goes_no_further_while_the_broker_takes_nothing(monkeypatch):
    application = factories.make_application()
    Outbound.objects.bulk_create(Outbound(application=application, recipients=["a"]) for _ in range(5))
    monkeypatch.setattr(sweeper, "SWEEP_LIMIT", 2)
    server = redis.Redis.from_url(settings.BROKER_URL.replace("redis+socket:", "unix:"))
    server.config_set("maxmemory", 1)
    try:
        assert sweeper.sweep() == 2
    finally:
        server.config_set("maxmemory", 0)
    assert sweeper.sweep(timezone.now() + timedelta(minutes=2)) == 5


def test_thousands_of_rows_without_an_order_are_swept_in_no_time():
    application = factories.make_application()
    Outbound.objects.bulk_create(Outbound(application=application, recipients=["a"]) for _ in range(6000))
    before = time.process_time()
    due = list(Outbound.work_rows().to_wake(timezone.now()).order_by("due_at", "pk").values_list("pk", flat=True)[:500])
    assert len(due) == 500
    assert time.process_time() - before < 0.3
