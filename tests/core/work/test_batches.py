"""Rows of one lease: claimed in turn, fenced, settled and put back together."""

import pytest
from django.db.models import Q
from django.utils import timezone

from core.work import batches
from core.work.base import Work
from tests.support import factories
from wecom.models import Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture
def application():
    return factories.make_application()


def make(application, key: str, **fields) -> Outbound:
    return factories.make_outbound(application, order_key=key, **fields)


def claim(*rows: Outbound, owner: str = "me", given: Q | None = None) -> list[Outbound]:
    return batches.claim(Outbound, [row.pk for row in rows], owner=owner, now=timezone.now(), given=given or Q())


def test_what_is_free_and_first_is_claimed_in_the_order_asked_for(application):
    first, behind, other, taken = (make(application, key) for key in ("a", "a", "b", "c"))
    Outbound.claim(taken.pk)
    claimed = claim(other, behind, taken, first)
    assert [row.pk for row in claimed] == [other.pk, first.pk]
    assert {(row.status, row.attempts, row.lease_owner) for row in claimed} == {("running", 1, "me")}
    assert all(row.lease_left() > 0 for row in claimed)
    assert claim(other, first) == []


def test_only_what_meets_the_condition_is_claimed(application):
    urgent, bulk = make(application, "a"), make(application, "b", priority=-10)
    assert claim(urgent, bulk, given=Q(priority__gte=0)) == [urgent]


def test_values_of_each_are_written_where_the_lease_is_ours(application):
    rows = claim(*(make(application, key) for key in "abc"))
    Outbound.objects.filter(pk=rows[1].pk).update(lease_owner="another")
    each = {
        row.pk: {"body": key.encode(), "repeat": number}
        for number, (key, row) in enumerate(zip("abc", rows, strict=True))
    }
    ours = batches.update_leased(rows, each, first_attempt_at=timezone.now())
    assert ours == [rows[0], rows[2]]
    stored = [(bytes(row.body or b""), row.repeat) for row in Outbound.objects.order_by("pk")]
    assert stored == [(b"a", 0), (b"", 0), (b"c", 2)]
    assert (rows[2].body, rows[2].repeat) == (b"c", 2)


def test_settled_rows_wake_the_next_of_their_keys(application, woken):
    rows = claim(make(application, "a"), make(application, "b"))
    held, following, last = make(application, "a", gave_way=True), make(application, "a"), make(application, "a")
    woken()
    assert batches.settle(rows, Work.Status.DONE, errcode=0) == rows
    assert woken() == [(Outbound.task, f"[{following.pk}]")]
    assert set(Outbound.objects.filter(status="done").values_list("errcode", "lease_owner")) == {(0, "")}
    assert (held.status, last.status) == ("queued", "queued")


def test_rows_that_are_put_back_were_never_claimed(application, woken):
    rows = claim(make(application, "a"), make(application, "b"))
    Outbound.objects.filter(pk=rows[0].pk).update(status="cancelled")
    woken()
    assert batches.put_back(rows) == [rows[1]]
    back = Outbound.objects.get(pk=rows[1].pk)
    assert (back.status, back.attempts, back.lease_until) == ("queued", 0, None)
    assert woken() == [(Outbound.task, f"[{back.pk}]")]
    assert Outbound.claim(back.pk) is not None


def test_nothing_is_done_for_no_rows(application, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert batches.update_leased([], {}) == []
        assert batches.settle([], Work.Status.DONE) == []
        assert batches.put_back([]) == []
