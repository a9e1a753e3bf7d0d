"""Moments at night and on days off, and what is offered instead."""

from datetime import date, time

import pytest

from scheduling.business_calendar import Calendar
from scheduling.campaigns.hours import odd_hours
from tests.scheduling.support.plain_messages import SHANGHAI, clock

HOLIDAY = Calendar(days={date(2026, 12, 2): False, date(2026, 12, 5): True}, years=frozenset({2026}))


def told(moment: str, calendar: Calendar = HOLIDAY) -> tuple[str, list[tuple[str, str]]]:
    odd = odd_hours.look(clock(moment), SHANGHAI, calendar)
    instead = [(one.kind, f"{one.at.astimezone(SHANGHAI):%m-%d %H:%M}") for one in odd.instead]
    flags = [name for name in ("night", "weekend", "holiday") if getattr(odd, f"is_{name}")]
    return " ".join(flags), instead


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-12-01T05:02", ("night", [("morning", "12-01 09:00")])),
        ("2026-12-01T21:00", ("night", [("morning", "12-02 09:00"), ("working_day", "12-03 09:00")])),
        ("2026-12-01T20:59", ("", [])),
        ("2026-12-01T08:00", ("", [])),
        ("2026-12-02T10:00", ("holiday", [("working_day", "12-03 09:00")])),
        ("2026-12-05T10:00", ("", [])),
        ("2026-12-06T10:00", ("weekend", [("working_day", "12-07 09:00")])),
        ("2026-12-06T03:00", ("night weekend", [("morning", "12-06 09:00"), ("working_day", "12-07 09:00")])),
    ],
)
def test_nights_and_days_off_are_odd_and_better_moments_offered(moment, expected):
    assert told(moment) == expected


def test_the_next_working_day_may_be_today():
    for now, at, expected in (("05:02", 9, "12-01"), ("09:00", 9, "12-03"), ("10:00", 18, "12-01")):
        found = odd_hours.next_working_day(clock(f"2026-12-01T{now}"), time(at), SHANGHAI, HOLIDAY)
        assert f"{found.astimezone(SHANGHAI):%m-%d %H}" == f"{expected} {at:02}"


def test_a_company_that_never_works_gets_the_next_day():
    closed = Calendar(days={date.fromordinal(day): False for day in range(739000, 741000)})
    found = odd_hours.next_working_day(clock("2026-12-01T10:00"), time(9), SHANGHAI, closed)
    assert f"{found.astimezone(SHANGHAI):%m-%d %H:%M}" == "12-02 09:00"


def test_an_ordinary_hour_of_an_unknown_year_may_be_a_holiday():
    odd = odd_hours.look(clock("2027-01-01T10:00"), SHANGHAI, HOLIDAY)
    assert odd
    assert (odd.is_known, odd.words, odd.instead) == (
        False,
        "The working days of 2027 are not known yet: it may be a holiday.",
        (),
    )


def test_a_day_of_an_unknown_year_is_marked():
    odd = odd_hours.look(clock("2049-01-01T03:00"), SHANGHAI, Calendar())
    assert [one.is_known for one in odd.instead] == [False] * len(odd.instead)
    assert odd.instead
