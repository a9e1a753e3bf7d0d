"""Office hours: times of day on working days, over midnight, and around the clock."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from conversations.tickets.office_hours import OfficeHours

ZONE = ZoneInfo("Asia/Shanghai")
WORKS = {date(2026, 10, 9), date(2026, 10, 10)}  # a Friday, and a Saturday that makes up for a holiday


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=ZONE)


def hours(opens: time, closes: time) -> OfficeHours:
    return OfficeHours(opens_at=opens, closes_at=closes, works_on=lambda day: day in WORKS)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(9, 8, 59), False),
        (at(9, 9), True),
        (at(9, 17, 59), True),
        (at(9, 18), False),
        (at(10, 12), True),
        (at(11, 12), False),
    ],
)
def test_hours_hold_on_working_days_and_make_up_days(moment, is_open):
    assert hours(time(9), time(18)).is_open(moment) == is_open


def test_hours_over_midnight_belong_to_their_first_day():
    night = hours(time(22), time(6))
    assert night.is_open(at(11, 5, 59))
    assert not night.is_open(at(11, 6))
    assert not night.is_open(at(11, 23))


def test_equal_times_are_around_the_clock():
    assert hours(time(0), time(0)).is_open(at(9, 3))
    assert not hours(time(0), time(0)).is_open(at(11, 3))


def test_the_next_opening_is_on_the_next_working_day():
    office = hours(time(9), time(18))
    assert office.next_opening(at(8, 20)) == at(9, 9)
    assert office.next_opening(at(9, 7)) == at(9, 9)
    assert office.next_opening(at(9, 19)) == at(10, 9)
    assert office.next_opening(at(10, 19)) is None


@pytest.mark.parametrize(
    ("known", "moment", "year"),
    [
        (WORKS, at(9, 12), None),
        (set(), at(9, 12), 2026),
        ({date(2026, 10, 9)}, at(9, 19), 2026),
        ({date(2026, 10, 9), date(2026, 10, 10)}, at(9, 19), None),
    ],
    ids=["open", "open by its weekday", "opens by its weekday", "opens"],
)
def test_hours_name_the_year_whose_days_they_only_assume(known, moment, year):
    office = replace(hours(time(9), time(18)), knows=lambda day: day in known)
    assert office.unknown_year(moment) == year
