"""Due days against a plain oracle: walk the days one by one."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.business_calendar import Calendar
from scheduling.series.due_days import DueDays
from tests.scheduling.support.plain_messages import SHANGHAI, clock

DAYS = st.dates(date(2026, 9, 1), date(2026, 11, 15))
OFFSETS = st.integers(-40, 40)


def rules(*, waits: bool) -> DueDays:
    return DueDays(zone=SHANGHAI, waits=waits, calendar=Calendar())


def oracle(anchor: date, day: int, *, waits: bool) -> date:
    on = anchor + timedelta(days=day)
    while waits and not Calendar().works_on(on):
        on += timedelta(days=1)
    return on


@given(anchor=DAYS, day=OFFSETS, waits=st.booleans())
def test_a_step_is_due_on_the_day_that_an_oracle_finds(anchor, day, waits):
    assert rules(waits=waits).due_on(anchor, day) == oracle(anchor, day, waits=waits)


@given(on=DAYS, day=OFFSETS, waits=st.booleans())
def test_the_days_0_of_a_day_are_those_due_on_it(on, day, waits):
    near = [on + timedelta(days=number - day) for number in range(-30, 31)]
    due = [anchor for anchor in near if oracle(anchor, day, waits=waits) == on]
    found = rules(waits=waits).due_days(day, on)
    assert (found is None) == (not due)
    assert found is None or found == (due[0], due[-1])


@given(on=DAYS, day=OFFSETS, waits=st.booleans())
def test_the_last_day_0_that_is_due_by_a_day(on, day, waits):
    near = [on + timedelta(days=number - day) for number in range(-30, 31)]
    assert rules(waits=waits).last_due(day, on) == max(a for a in near if oracle(a, day, waits=waits) <= on)


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2026-12-04T09:00", "2026-12-04T09:00"),
        ("2026-12-04T08:59", "2026-12-03T09:00"),
        ("2026-12-04T23:00", "2026-12-04T09:00"),
    ],
)
def test_the_latest_moment_is_of_today_or_of_yesterday(now, moment):
    assert rules(waits=False).latest(time(9), clock(now)) == clock(moment)


def test_a_moment_keeps_its_time_of_day_when_clocks_go_back():
    days = DueDays(zone=ZoneInfo("Europe/Berlin"))
    moments = [days.due_at(date(2026, 10, 24), day, time(9)) for day in (0, 1)]
    assert [one.hour for one in moments] == [7, 8]


def test_an_event_is_its_own_moment():
    at = datetime(2026, 12, 4, 14, 30, tzinfo=SHANGHAI)
    assert rules(waits=True).due_at(date(2026, 12, 5), 0, None, anchor_at=at) == at
