"""The contract of every Work subclass, on this run's database."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from core.work import sweeper
from core.work.base import GIVES_WAY_AFTER_ATTEMPTS, LeaseLost, Work
from tests.core.support.work_kinds import EVERY_KIND, MAKERS, expire

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_every_kind_of_work_is_in_this_suite():
    assert set(sweeper.work_models()) == set(MAKERS)


@EVERY_KIND
def test_a_row_is_claimed_once(kind):
    row = MAKERS[kind]()
    claimed = kind.claim(row.pk)
    assert claimed is not None
    assert (claimed.status, claimed.attempts) == (Work.Status.RUNNING, 1)
    assert claimed.started_at is not None
    assert kind.claim(row.pk) is None


@EVERY_KIND
def test_of_many_workers_at_once_exactly_one_gets_the_row(kind):
    row = MAKERS[kind]()
    start, won = threading.Barrier(6), []

    def try_to_claim() -> None:
        start.wait()
        try:
            if kind.claim(row.pk) is not None:
                won.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=try_to_claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(won) == 1


@EVERY_KIND
def test_a_row_is_not_claimed_before_it_is_due(kind):
    row = MAKERS[kind](due_at=timezone.now() + timedelta(minutes=1))
    assert kind.claim(row.pk) is None
    assert kind.claim(row.pk, now=timezone.now() + timedelta(minutes=2)) is not None


@EVERY_KIND
def test_a_dead_workers_row_is_taken_over_and_fenced(kind):
    row = MAKERS[kind]()
    dead = kind.claim(row.pk)
    expire(dead)
    heir = kind.claim(row.pk)
    assert heir is not None
    assert heir.attempts == 2
    for forbidden in (
        dead.extend_lease,
        lambda: dead.settle(Work.Status.DONE),
        lambda: dead.update_leased(reason="late"),
    ):
        with pytest.raises(LeaseLost):
            forbidden()
    heir.settle(Work.Status.DONE)
    row.refresh_from_db()
    assert (row.status, row.lease_owner, row.lease_until) == (Work.Status.DONE, "", None)
    assert row.finished_at is not None


@EVERY_KIND
def test_extending_the_lease_keeps_the_row(kind):
    row = kind.claim(MAKERS[kind]().pk)
    expire(row)
    row.extend_lease()
    assert kind.claim(row.pk) is None
    assert row.has_lease()


@EVERY_KIND
def test_a_settled_row_is_never_claimed_again_and_settled_once(kind):
    row = kind.claim(MAKERS[kind]().pk)
    row.settle(Work.Status.DONE)
    assert kind.claim(row.pk) is None
    with pytest.raises(LeaseLost):
        row.settle(Work.Status.FAILED)


@EVERY_KIND
def test_a_postponed_row_waits_and_comes_back(kind):
    row = kind.claim(MAKERS[kind]().pk)
    row.postpone(timezone.now() + timedelta(seconds=30), "busy")
    assert (row.status, row.reason) == (Work.Status.QUEUED, "busy")
    assert kind.claim(row.pk) is None
    again = kind.claim(row.pk, now=timezone.now() + timedelta(minutes=1))
    assert again.attempts == 2


@EVERY_KIND
def test_a_fault_that_is_not_the_rows_does_not_count(kind):
    row = kind.claim(MAKERS[kind]().pk)
    row.postpone(timezone.now(), "held", count_attempt=False)
    assert kind.claim(row.pk).attempts == 1


@EVERY_KIND
def test_poison_ends_after_its_attempts(kind):
    row = MAKERS[kind]()
    for _ in range(kind.max_attempts):
        claimed = kind.claim(row.pk)
        assert claimed is not None
        expire(claimed)
    assert kind.claim(row.pk) is None
    row.refresh_from_db()
    assert (row.status, row.reason) == (Work.Status.FAILED, "attempts")


@EVERY_KIND
def test_cancelling_takes_the_row_from_its_worker(kind):
    row = MAKERS[kind]()
    claimed = kind.claim(row.pk)
    assert row.cancel()
    assert not claimed.has_lease()
    with pytest.raises(LeaseLost):
        claimed.settle(Work.Status.DONE)
    assert not row.cancel()


@EVERY_KIND
def test_a_finished_row_can_be_queued_again_and_an_unfinished_one_not(kind):
    row = kind.claim(MAKERS[kind]().pk)
    assert not row.restart()
    row.settle(Work.Status.FAILED, "refused")
    assert row.restart()
    again = kind.claim(row.pk)
    assert (again.attempts, again.reason) == (1, "")


@EVERY_KIND
def test_rows_with_one_order_key_go_one_after_the_other(kind):
    first, second = MAKERS[kind](order_key="1:zhangsan"), MAKERS[kind](order_key="1:zhangsan")
    other = MAKERS[kind](order_key="1:lisi")
    assert kind.claim(second.pk) is None
    assert kind.claim(other.pk) is not None
    kind.claim(first.pk).settle(Work.Status.DONE)
    assert kind.claim(second.pk) is not None


@EVERY_KIND
def test_a_row_that_keeps_failing_gives_way_to_those_behind_it(kind):
    bad, behind = MAKERS[kind](order_key="1:zhangsan"), MAKERS[kind](order_key="1:zhangsan")
    for _ in range(GIVES_WAY_AFTER_ATTEMPTS):
        assert kind.claim(behind.pk) is None
        kind.claim(bad.pk).postpone(timezone.now(), "busy")
    assert kind.claim(behind.pk) is not None


@EVERY_KIND
def test_a_row_that_is_held_keeps_its_place(kind):
    held, behind = MAKERS[kind](order_key="1:zhangsan"), MAKERS[kind](order_key="1:zhangsan")
    for _ in range(GIVES_WAY_AFTER_ATTEMPTS + 1):
        row = kind.claim(held.pk)
        row.started_at = timezone.now() - timedelta(hours=1)
        row.postpone(timezone.now(), "held", count_attempt=False)
    assert kind.claim(behind.pk) is None


@EVERY_KIND
@pytest.mark.parametrize(("seconds", "gives_way"), [(50, False), (70, True)])
def test_a_row_that_fails_for_a_minute_gives_way(kind, seconds, gives_way):
    bad, behind = MAKERS[kind](order_key="1:zhangsan"), MAKERS[kind](order_key="1:zhangsan")
    row = kind.claim(bad.pk)
    row.started_at = timezone.now() - timedelta(seconds=seconds)
    row.postpone(timezone.now(), "busy")
    assert (kind.claim(behind.pk) is not None) is gives_way


@EVERY_KIND
def test_a_claim_that_was_taken_over_while_its_machine_slept_writes_nothing(kind):
    row = MAKERS[kind]()

    def sleep_after_the_update(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("UPDATE") and "heir" not in params:
            kind.work_rows().filter(pk=row.pk).update(lease_owner="heir", attempts=2)
        return result

    with connection.execute_wrapper(sleep_after_the_update):
        late = kind.claim(row.pk)
    assert not late.has_lease()
    with pytest.raises(LeaseLost):
        late.settle(Work.Status.DONE)
    assert kind.work_rows().get(pk=row.pk).lease_owner == "heir"
