"""Tasks whose message a batch had: they end at once, and never where there is something to do."""

import pytest
from django.utils import timezone

from tests.core.support.work_kinds import expire
from tests.support import factories
from wecom.models import Outbound
from wecom.outbox.batches import wakes

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


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
