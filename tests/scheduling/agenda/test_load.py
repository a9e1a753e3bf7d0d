"""The recipients of each day and hour, beside what an application may have."""

from datetime import date

from scheduling.agenda.agenda_entries import Entry, Kind, State
from scheduling.agenda.load import loads
from tests.scheduling.support.plain_messages import SHANGHAI, clock


def entry(at: str, members: int, **fields) -> Entry:
    whole = {"kind": Kind.ONCE, "key": 1, "name": "a", "state": State.SCHEDULED, "application": 7, "per_call": 1000}
    return Entry(**{**whole, "at": clock(at), "members": members, **fields})


def loads_of(*entries: Entry, limit: int = 0) -> dict:
    return dict(loads(entries, zone=SHANGHAI, names={7: "OpenUser"}, limits={7: limit}))


def test_recipients_and_calls_of_a_day_add_up():
    found = loads_of(entry("2026-11-30T09:00", 2500), entry("2026-11-30T18:00", 10, per_call=1), limit=5000)
    (load,) = found[date(2026, 11, 30)]
    assert (load.recipients, load.calls, load.percent) == (2510, 13, 51)
    assert load.hours == {9: 2500, 18: 10}


def test_what_comes_often_spreads_over_its_hours():
    often = entry("2026-11-30T09:00", 10, times=8, last=clock("2026-11-30T10:45"))
    (load,) = loads_of(often)[date(2026, 11, 30)]
    assert load.recipients == 80
    assert load.hours == {9: 40, 10: 40}


def test_what_sends_nothing_is_no_load():
    states = (State.PAUSED, State.MISSED, State.FAILED, State.SKIPPED, State.CANCELLED)
    assert loads_of(*(entry("2026-11-30T09:00", 5, state=state) for state in states)) == {}


def test_more_than_the_limit_is_more_than_a_hundred_per_cent():
    (load,) = loads_of(entry("2026-11-30T09:00", 2500), limit=2000)[date(2026, 11, 30)]
    assert load.percent == 125
    (unknown,) = loads_of(entry("2026-11-30T09:00", 2500))[date(2026, 11, 30)]
    assert unknown.percent == 0
