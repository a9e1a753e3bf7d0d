"""A worker of bulk sends bulk: replies are delivered by those who have the processor first."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from core.work import processes, sweeper
from tests.support import factories
from wecom.contents import Text
from wecom.models import Outbound
from wecom.outbox import dispatcher, enqueue
from wecom.outbox.batches import batch_dispatcher

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture
def in_bulk_worker():
    processes.takes_from(["bulk", "bulk.messages"])
    yield
    processes.takes_from([])


@pytest.fixture
def pair(connected, emulator) -> tuple[Outbound, Outbound]:
    """A message of a campaign, and a reply that is due as well."""
    said = []
    for priority in (Outbound.BULK, 0):
        to = [emulator.hire().user_id]
        said.append(enqueue.enqueue_message(connected, Text(content="通知"), to=to, priority=priority))
    return said[0], said[1]


def status(row: Outbound) -> str:
    row.refresh_from_db()
    return row.status


def test_a_bulk_worker_waits_for_replies_and_sends_none(pair, in_bulk_worker):
    bulk, reply = pair
    began = time.monotonic()
    batch_dispatcher.deliver(bulk.pk)
    assert time.monotonic() - began >= dispatcher.PATIENCE
    assert (status(bulk), status(reply)) == ("done", "queued")


def test_a_bulk_worker_waits_for_nothing_where_no_reply_is_due(pair, in_bulk_worker):
    bulk, reply = pair
    Outbound.objects.filter(pk=reply.pk).update(due_at=timezone.now() + timedelta(hours=1))
    began = time.process_time()
    batch_dispatcher.deliver(bulk.pk)
    assert time.process_time() - began < dispatcher.PATIENCE
    assert status(bulk) == "done"


def test_one_worker_of_both_lanes_sends_replies_first(pair):
    bulk, reply = pair
    batch_dispatcher.deliver(bulk.pk)
    assert (status(bulk), status(reply)) == ("done", "done")
    assert reply.finished_at < bulk.finished_at


@pytest.mark.parametrize("bulk", [False, True])
def test_the_task_of_the_rest_stays_in_its_lane(pair, woken, bulk):
    batch_dispatcher.deliver_due(pair[0].application_id, bulk=bulk)
    assert [status(row) for row in pair] == (["done", "done"] if bulk else ["queued", "done"])
    assert woken() == []


def test_the_sweeper_of_each_lane_wakes_what_is_its_own(woken):
    reply, bulk = factories.make_outbound(priority=0), factories.make_outbound(priority=Outbound.BULK)
    document = factories.make_document()
    assert sweeper.sweep(bulk=False) == 1
    assert woken() == [("wecom.deliver", f"[{reply.pk}]")]
    assert sweeper.sweep(bulk=True) == 2
    assert sorted(woken()) == [("conversations.read_document", f"[{document.pk}]"), ("wecom.deliver", f"[{bulk.pk}]")]
