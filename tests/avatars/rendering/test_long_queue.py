"""What one look at an estimate costs in front of a long queue."""

import secrets
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from avatars.models import Render
from avatars.rendering import estimates
from core.postgresql.prepared_statements import prepared_statements
from tests.support import factories

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
QUEUED = 10_000


def queue(human, count):
    """Renders of a campaign and of members, of which the database hands out none one by one."""
    rows = [
        Render(
            digital_human=human,
            text="字" * 300,
            mode="lipsync",
            content_hash=secrets.token_hex(32),
            priority=number % 3 * 10,
            requester=f"member:{number % 700}" if number % 3 else "",
            estimated_seconds=10.0,
            estimated_low=8.0 * (number % 2),
        )
        for number in range(count)
    ]
    return Render.objects.bulk_create(rows, batch_size=1000)


@contextmanager
def rows_loaded():
    loaded = []

    def note(**_):
        loaded.append(1)

    post_init.connect(note, sender=Render)
    try:
        yield loaded
    finally:
        post_init.disconnect(note, sender=Render)


def test_an_estimate_asks_for_sums_however_long_the_queue_is():
    human = factories.make_digital_human()
    queue(human, QUEUED)
    mine = factories.make_render(human, estimated_seconds=10.0, priority=0)
    with CaptureQueriesContext(connection) as asked, rows_loaded() as loaded:
        assert estimates.time_left(mine).likely == pytest.approx(10.0 * (QUEUED + 1))
        assert estimates.queue_position(mine) == QUEUED + 1
    assert (len(loaded), len(asked)) == (0, 8)


def test_sums_of_the_database_agree_with_the_order_of_the_queue():
    human = factories.make_digital_human()
    rows = queue(human, 40)
    order = list(Render.objects.filter(status="queued").in_turn())
    for row in rows[::7]:
        place = order.index(row)
        before = [estimates._only(estimates.stored_estimate(one)) for one in order[:place]]
        told, by_hand = estimates.time_left(row), estimates._after(before, estimates.stored_estimate(row), workers=1)
        assert estimates.queue_position(row) == place + 1
        assert (told.low, told.likely, told.high) == pytest.approx((by_hand.low, by_hand.likely, by_hand.high))


def test_a_place_is_the_same_where_statements_are_prepared():
    human = factories.make_digital_human()
    for number in range(2):
        factories.make_render(human, text=f"先来的{number}", requester=f"member:{number}")
    mine = factories.make_render(human, requester="member:2")
    with prepared_statements():
        assert estimates.queue_position(mine) == 3
        assert [total.count for total in estimates._queue_before(mine)] == [0, 2]
