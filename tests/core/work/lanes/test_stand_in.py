"""While no process of the bulk lane lives, a worker of answers takes its tasks in one thread of its own."""

import logging
from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from core.models import WorkerProcess
from core.work import broker
from core.work.lanes import stand_in
from tests.core.work.test_processes import make_process
from tests.support import factories
from wecom.models import Callback, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
LATER = stand_in.PATIENCE + 1


@pytest.fixture
def bulk(woken) -> Outbound:
    """A bulk message whose task waits."""
    current_app.loader.import_default_modules()  # as a worker does
    return queued()


def queued() -> Outbound:
    """One more; it has expired, so that it ends without a call."""
    row = factories.make_outbound(priority=Outbound.BULK, expires_at=timezone.now() - timedelta(hours=1))
    broker.publish_task(row.task, row.pk, bulk=True)
    assert broker.publisher.flush(10)
    return row


def is_finished(row: Outbound) -> bool:
    row.refresh_from_db()
    return row.is_finished


def test_bulk_is_done_by_a_worker_of_answers_after_a_minute(bulk, caplog):
    thread = stand_in.StandIn()
    assert [thread.turn(at) for at in (0.0, stand_in.PATIENCE - 1)] == [0, 0]
    assert not is_finished(bulk)
    with caplog.at_level(logging.WARNING):
        assert thread.turn(LATER) == 1
    assert is_finished(bulk)
    assert [record.message for record in caplog.records if record.name == stand_in.__name__] == [
        "No process takes bulk work: this worker does, slowly. Start one with -Q bulk; the doctor tells how."
    ]


def test_a_process_of_the_lane_keeps_its_tasks_and_gets_them_back(bulk):
    process = make_process(queues="bulk,bulk.messages", looped_at=timezone.now())
    thread = stand_in.StandIn()
    assert [thread.turn(at) for at in (0.0, LATER)] == [0, 0]
    WorkerProcess.objects.filter(pk=process.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert [thread.turn(2 * LATER), thread.turn(3 * LATER)] == [0, 1]
    WorkerProcess.objects.filter(pk=process.pk).update(heartbeat_at=timezone.now())
    broker.publish_task(bulk.task, bulk.pk, bulk=True)
    assert broker.publisher.flush(10)
    assert thread.turn(4 * LATER) == 0


def test_what_somebody_waits_for_is_left_to_the_threads_that_answer(woken):
    row = factories.make_callback()
    broker.publish_task(row.task, row.pk)
    assert broker.publisher.flush(10)
    thread = stand_in.StandIn()
    assert [thread.turn(at) for at in (0.0, LATER)] == [0, 0]
    assert woken() == [(Callback.task, f"[{row.pk}]")]


def test_a_task_of_a_newer_version_keeps_none_from_its_turn(bulk):
    broker.publish_task("scheduling.of_tomorrow", 1, bulk=True)
    last = queued()
    thread = stand_in.StandIn()
    assert [thread.turn(at) for at in (0.0, LATER)] == [0, 3]
    assert is_finished(bulk)
    assert is_finished(last)
