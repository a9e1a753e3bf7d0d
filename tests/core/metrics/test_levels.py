"""A level is the last figure of a machine, for as long as it may be true."""

import time

import pytest

from core.metrics import counts, rows, writer
from core.metrics.levels import Level, pending

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def room(monkeypatch):
    """A level that no page exports."""
    monkeypatch.setattr(counts, "metrics", {})
    pending.take()
    yield Level(name="room_bytes", words="", labels=("machine",), lasts=60)
    pending.take()


def parts(machine: str) -> dict[str, float]:
    return {part: value for (_name, labels, part), value in rows.read() if labels == (machine,)}


def test_a_figure_takes_the_place_of_the_one_before(room):
    for value in (7, 5):
        room.set(value, "one")
        writer.write()
    assert room.value(parts("one"), time.time()) == 5


def test_a_figure_holds_for_its_time_only(room):
    room.set(5, "one")
    writer.write()
    assert room.value(parts("one"), time.time() + 59) == 5
    assert room.value(parts("one"), time.time() + 61) is None


def test_figures_of_machines_that_are_gone_are_deleted(room):
    room.set(5, "one")
    writer.write()
    rows.add({("calls_total", (), ""): 1})
    rows.delete_old_levels(time.time() + 60)
    assert parts("one")
    rows.delete_old_levels(time.time() + 90_000)
    assert [name for (name, _labels, _part), _value in rows.read()] == ["calls_total"]
