"""After trouble fewer messages go out together, until batches go well again."""

import pytest

from wecom.models import Outbound
from wecom.outbox.batches import pace

REPLY, BULK = Outbound(application_id=-1), Outbound(application_id=-1, priority=Outbound.BULK)


@pytest.fixture(autouse=True)
def nothing_learnt(monkeypatch):
    monkeypatch.setattr(pace, "_slowed", {})


def test_without_trouble_bulk_alone_goes_in_small_batches():
    pace.note(REPLY, called=pace.MOST, in_trouble=False)
    assert (pace.most(REPLY), pace.most(BULK)) == (pace.MOST, pace.MOST_BULK)


def test_after_trouble_as_many_go_together_as_were_called():
    pace.note(REPLY, called=30, in_trouble=True)
    assert (pace.most(REPLY), pace.most(BULK)) == (30, pace.MOST_BULK)
    pace.note(REPLY, called=1, in_trouble=True)
    assert (pace.most(REPLY), pace.most(BULK)) == (pace.FEWEST, pace.FEWEST)


def test_each_full_batch_that_goes_well_doubles_the_next():
    pace.note(REPLY, called=30, in_trouble=True)
    pace.note(REPLY, called=29, in_trouble=False)
    assert pace.most(REPLY) == 30
    found = []
    for _ in range(4):
        pace.note(REPLY, called=pace.most(REPLY), in_trouble=False)
        found.append(pace.most(REPLY))
    assert found == [60, 120, 200, 200]


def test_one_application_does_not_slow_another_down():
    pace.note(REPLY, called=5, in_trouble=True)
    assert pace.most(Outbound(application_id=-2)) == pace.MOST
