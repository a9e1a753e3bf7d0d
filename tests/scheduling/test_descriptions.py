"""Rules described in plain words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.business_calendar import Rule
from scheduling.descriptions import describe_moment, describe_rule, describe_zone
from scheduling.exceptions import SchedulingError

SHANGHAI = ZoneInfo("Asia/Shanghai")


def words(line: str, *, working_days: bool = False) -> str:
    return describe_rule(Rule(line=line, zone=SHANGHAI, working_days=working_days))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 9 * * *", "every day at 09:00"),
        ("0 9,18 * * *", "every day at 09:00, 18:00"),
        ("0 10 * * 1", "every Monday at 10:00"),
        ("0 10 * * 0", "every Sunday at 10:00"),
        ("0 10 * * 7", "every Sunday at 10:00"),
        ("0 9 * * 1-5", "Monday to Friday at 09:00"),
        ("0 9 * * SAT,SUN", "every Saturday, Sunday at 09:00"),
        ("30 8 1 * *", "on day 1 of every month at 08:30"),
        ("30 8 1,15-20 * *", "on day 1, 15–20 of every month at 08:30"),
        ("0 9 L * *", "on the last day of every month at 09:00"),
        ("0 9 LW * *", "on the last day from Monday to Friday of every month at 09:00"),
        ("0 9 1 1,7 *", "on day 1 of January, July at 09:00"),
        ("0 9 * 12 *", "every day in December at 09:00"),
        ("0 10 * * 5L", "on the last Friday of every month at 10:00"),
        ("0 10 * * 1#2", "on the second Monday of every month at 10:00"),
        ("0 9 1 * 1", "on day 1 of every month and every Monday at 09:00"),
        ("*/15 * * * *", "every day, every 15 minutes"),
        ("* * * * *", "every day, every minute"),
        ("*/15 9-17 * * 1-5", "Monday to Friday, every 15 minutes in the hours 9–17"),
        ("0 * * * *", "every day, at minute 0 of every hour"),
    ],
)
def test_a_line_is_said_in_words(line, said):
    assert words(line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 9 * * *", "every working day at 09:00"),
        ("0 9 * * 1", "every Monday if it is a working day at 09:00"),
    ],
)
def test_working_days_are_named(line, said):
    assert words(line, working_days=True) == said


def test_a_line_that_wants_both_days_says_so():
    assert words("0 9 */10 * MON") == "on day 1, 11, 21, 31 of every month if that is also: every Monday at 09:00"


@given(st.text(alphabet="0123456789*/,-#LW ", max_size=20))
@settings(max_examples=80, deadline=None)
def test_every_line_has_words(line):
    try:
        assert words(line)
    except SchedulingError:
        return


def test_a_moment_is_what_a_clock_on_the_wall_shows():
    at = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    assert describe_moment(at, SHANGHAI).endswith("09:00")
    assert describe_moment(at, SHANGHAI).startswith("Wednesday")
    assert describe_moment(at, ZoneInfo("America/New_York")).startswith("Tuesday")
    assert describe_zone(SHANGHAI, at) == "Asia/Shanghai (UTC+08:00)"
    assert describe_zone(ZoneInfo("America/New_York"), at) == "America/New_York (UTC-05:00)"
