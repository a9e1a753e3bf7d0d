"""Callbacks are inserted in one commit: in order, repeats left out, all or none."""

import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from core.work import clock
from tests.support import factories
from tests.wecom.support.callback_sender import Envelope, text_xml
from wecom.callbacks import inbox, inbox_rows
from wecom.models import Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
AT = int(time.time())  # the same for all, since it is part of their identities
LATELY = timedelta(seconds=30)


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


def opened(application, number: int, *, at: int = AT) -> inbox_rows.Values:
    xml = text_xml(application, text=f"第{number}条“\\", user=f"user{number}", msg_id=number, at=at)
    envelope = Envelope(application, xml)
    signed = {"signature": envelope.signature, "timestamp": envelope.timestamp, "nonce": envelope.nonce}
    return inbox.open_callback(application, envelope.body.encode(), **signed)


def test_many_rows_are_stored_as_they_were_opened(application):
    rows = [opened(application, number) for number in range(5)]
    pks = inbox_rows.insert(connection, rows)
    stored = list(Callback.objects.order_by("pk").values())
    assert [row.pop("id") for row in stored] == pks == sorted(pk for pk in pks if pk is not None)
    bodies = [row.pop("body") for row in stored]
    assert [f"第{number}条“" in body for number, body in enumerate(bodies)] == [True] * 5
    assert stored == [{name: value for name, value in row.items() if name != "body"} for row in rows]
    assert not any("条" in row["body"] for row in rows)


@pytest.mark.parametrize("span", [timedelta(seconds=400), timedelta(seconds=-400)])
def test_a_wrong_clock_records_arrivals_by_that_of_the_database(application, ahead_by, span):
    right = timezone.now() - span
    ahead_by(span)
    inbox_rows.insert(connection, [opened(application, 1, at=int(right.timestamp()))])
    shown = Callback.objects.get()
    assert abs(shown.created_at - timezone.now()) < LATELY
    clock.forget()
    recorded = Callback.objects.get()
    assert abs(recorded.created_at - right) < LATELY
    assert abs(recorded.due_at - right) < LATELY


@pytest.mark.parametrize("size", [1, 60])
def test_a_group_of_any_size_takes_one_statement(application, django_assert_num_queries, size):
    rows = [opened(application, number) for number in range(size)]
    with django_assert_num_queries(1):
        inbox_rows.insert(connection, rows)


def test_repeats_of_earlier_and_of_the_same_commit_are_left_out(application):
    first, second = (opened(application, number) for number in (1, 2))
    (pk,) = inbox_rows.insert(connection, [first])
    assert pk is not None
    again, new, twice = inbox_rows.insert(connection, [first, second, second])
    assert (again, twice) == (None, None)
    assert list(Callback.objects.order_by("pk").values_list("pk", flat=True)) == [pk, new]


def test_a_row_of_an_application_that_is_gone_stores_nothing(application):
    values = [opened(application, number) for number in (1, 2)]
    values[1]["application_id"] += 1
    with pytest.raises(IntegrityError):
        inbox_rows.insert(connection, values)
    assert not Callback.objects.exists()
