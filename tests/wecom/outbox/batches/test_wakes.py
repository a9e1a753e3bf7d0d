"""Many messages get few tasks, which deliver all of them; one whose message a batch had ends at once."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from tests.core.support.work_kinds import expire
from tests.support import factories
from wecom import services
from wecom.contents import Text
from wecom.models import Outbound
from wecom.outbox.batches import batch_dispatcher, pace, wakes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

TASKS = {
    "wecom.deliver": batch_dispatcher.deliver,
    wakes.TASK_OF_REPLIES: batch_dispatcher.deliver_due,
    wakes.TASK_OF_BULK: partial(batch_dispatcher.deliver_due, bulk=True),
}


@pytest.fixture
def after_a_batch():
    wakes.remember([])


def test_what_this_process_settled_is_over_once_and_without_a_statement(django_assert_num_queries):
    wakes.remember([-1, -2])
    with django_assert_num_queries(0):
        assert wakes.is_over(-1)
    assert -1 not in wakes._settled
    assert wakes.is_over(-2)


def test_it_remembers_the_newest_only(monkeypatch):
    monkeypatch.setattr(wakes, "MOST", 3)
    wakes.remember(range(-9, -4))
    assert list(wakes._settled)[-3:] == [-7, -6, -5]
    assert len(wakes._settled) == 3


def test_a_look_takes_one_statement_and_comes_after_a_batch_only(after_a_batch, monkeypatch, django_assert_num_queries):
    row = factories.make_outbound()
    with django_assert_num_queries(1):
        assert not wakes.is_over(row.pk)
    monkeypatch.setattr(wakes, "_last_batch", float("-inf"))
    with django_assert_num_queries(0):
        assert not wakes.is_over(row.pk)


def test_a_message_is_over_when_it_ended_or_another_worker_has_it(after_a_batch):
    row = factories.make_outbound()
    Outbound.claim(row.pk)
    assert wakes.is_over(row.pk)
    expire(row)
    assert not wakes.is_over(row.pk)
    Outbound.objects.filter(pk=row.pk).update(status="done", finished_at=timezone.now())
    assert wakes.is_over(row.pk)
    Outbound.objects.all().delete()
    assert wakes.is_over(row.pk)


@pytest.fixture
def one_burst(monkeypatch):
    """However slow this machine is."""
    monkeypatch.setattr(wakes, "BURST", 60.0)
    monkeypatch.setattr(wakes, "_bursts", {})


def enqueue(application, count: int, **options) -> list[int]:
    with transaction.atomic():
        return [
            services.enqueue_message(application, Text(content="通知"), to=[f"member{number}"], **options).pk
            for number in range(count)
        ]


def test_of_many_messages_every_twentieth_has_a_task_of_its_own(one_burst, woken):
    application = factories.make_application()
    pks = enqueue(application, 2 * wakes.EVERY + 5)
    told = Counter(woken())
    assert {told.pop(("wecom.deliver", f"[{pk}]")) for pk in pks[:: wakes.EVERY]} == {1}
    assert list(told) == [(wakes.TASK_OF_REPLIES, f"[{application.pk}]")]
    assert told.total() < wakes.EVERY


def test_what_is_unusual_has_a_task_of_its_own(one_burst, woken):
    application = factories.make_application()
    enqueue(application, 3)
    woken()
    crowd = services.enqueue_message(application, Text(content="大家好"), to=["a", "b"])
    assert woken() == [("wecom.deliver", f"[{crowd.pk}]")]


def test_messages_apart_have_a_task_each(monkeypatch, woken):
    monkeypatch.setattr(wakes, "BURST", 0.0)
    pks = enqueue(factories.make_application(), 3)
    assert set(woken()) == {("wecom.deliver", f"[{pk}]") for pk in pks}


@pytest.mark.parametrize("priority", [0, Outbound.BULK])
def test_the_few_tasks_deliver_all_of_many_messages(connected, emulator, one_burst, woken, monkeypatch, priority):
    monkeypatch.setattr(pace, "MOST", 3)
    monkeypatch.setattr(pace, "MOST_BULK", 3)
    people = [emulator.hire().user_id for _ in range(10)]
    with transaction.atomic():
        for name in people:
            services.enqueue_message(connected, Text(content="通知"), to=[name], priority=priority)
    done = Counter[str]()
    while told := woken():
        for task, arguments in told:
            done[task] += 1
            TASKS[task](int(arguments.strip("[]")))
    assert set(Outbound.objects.values_list("status", flat=True)) == {"done"}
    assert done.total() < len(people)


def test_the_task_of_the_rest_comes_only_while_more_can_go(connected, woken, one_burst):
    later = timezone.now() + timedelta(hours=1)
    enqueue(connected, 3)
    Outbound.objects.update(due_at=later)
    woken()
    batch_dispatcher.deliver_due(connected.pk)
    assert woken() == []
