"""The occurrences of a rule in a span; a line that comes often is one entry a day. Compared with a plain search."""

from datetime import timedelta

import pytest

from scheduling.agenda.occurrences import occurrences
from scheduling.business_calendar import Calendar, Rule
from tests.scheduling.support.plain_messages import SHANGHAI, clock


def rule(line: str, **fields) -> Rule:
    return Rule(line=line, zone=SHANGHAI, **fields)


def shown(found) -> list[tuple[str, int]]:
    return [(f"{one.at.astimezone(SHANGHAI):%m-%d %H:%M}", one.times) for one in found]


SINCE, UNTIL = clock("2026-11-30T08:30"), clock("2026-12-02T12:00")


def test_moments_of_a_span_come_in_order():
    found = occurrences(rule("0 9,18 * * *"), SINCE, UNTIL)
    expected = ["11-30 09:00", "11-30 18:00", "12-01 09:00", "12-01 18:00", "12-02 09:00"]
    assert shown(found) == [(at, 1) for at in expected]


def test_a_line_that_comes_often_is_one_entry_for_each_day():
    found = list(occurrences(rule("*/15 9-10 * * *"), SINCE, UNTIL))
    assert shown(found) == [("11-30 09:00", 8), ("12-01 09:00", 8), ("12-02 09:00", 8)]
    assert found[0].last == clock("2026-11-30T10:45")


def test_a_day_that_the_span_cuts_counts_what_lies_in_it():
    found = list(occurrences(rule("0 * * * *"), clock("2026-11-30T20:10"), clock("2026-12-01T02:30")))
    assert shown(found) == [("11-30 21:00", 3), ("12-01 00:00", 3)]


def test_a_rule_that_never_comes_again_ends_the_search_at_the_span():
    never = rule("0 9 * * 0", working_days=True, calendar=Calendar(years=frozenset(range(2026, 2037))))
    assert list(occurrences(never, SINCE, UNTIL)) == []


@pytest.mark.parametrize(
    "line", ["0 9 * * 1-5", "30 8 1 * *", "*/7 * * * *", "5 0,23 * * *", "0 9 29 2 *", "59 23 L * *"]
)
@pytest.mark.parametrize("working_days", [False, True])
def test_as_many_moments_as_a_search_minute_by_minute_finds(line, working_days):
    made = rule(line, working_days=working_days)
    since, until = clock("2026-09-24T11:11"), clock("2026-10-12T07:07")
    plain = [at for at in made.upcoming(since, 4_000) if at < until]
    found = list(occurrences(made, since, until))
    assert sum(one.times for one in found) == len(plain)
    assert {one.at for one in found} <= set(plain)
    assert all(one.last is None or one.last in plain for one in found)
    assert all(one.at - since > timedelta(0) for one in found)
