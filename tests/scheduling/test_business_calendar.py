"""When a rule is due: weekdays, month ends, daylight saving, and China's working days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import business_calendar
from scheduling.business_calendar import Rule
from scheduling.exceptions import SchedulingError

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def at(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def rule(line: str, zone: ZoneInfo = SHANGHAI, *, working_days: bool = False) -> Rule:
    return Rule(line=line, zone=zone, working_days=working_days)


def shown(moments: list[datetime], zone: ZoneInfo = SHANGHAI) -> list[str]:
    return [moment.astimezone(zone).strftime("%a %m-%d %H:%M") for moment in moments]


def latest(one: Rule, now: datetime, since: datetime = LONG_AGO) -> datetime | None:
    return next(one.backwards(now, since=since), None)


def test_every_day_at_nine_is_nine_in_shanghai():
    found = rule("0 9 * * *").upcoming(at("2026-11-25T08:59"), 2)
    assert found == [datetime(2026, 11, 25, 1, tzinfo=UTC), datetime(2026, 11, 26, 1, tzinfo=UTC)]


def test_the_next_is_after_now_and_the_latest_may_be_now():
    nine = at("2026-11-25T09:00")
    assert rule("0 9 * * *").upcoming(nine, 1) == [nine + timedelta(days=1)]
    assert latest(rule("0 9 * * *"), nine) == nine
    assert latest(rule("0 9 * * *"), nine - timedelta(microseconds=1)) == nine - timedelta(days=1)
    assert latest(rule("0 9 * * *"), nine, since=nine) is None


@pytest.mark.parametrize("line", ["0 10 * * 0", "0 10 * * 7", "0 10 * * SUN", "0 10 * * sun"])
def test_sunday_is_zero_seven_and_sun(line):
    assert shown(rule(line).upcoming(at("2026-11-25T00:00"), 2)) == ["Sun 11-29 10:00", "Sun 12-06 10:00"]
    assert business_calendar.parse_cron(line).weekdays == {0}


@pytest.mark.parametrize("line", ["0 10 * * 1", "0 10 * * MON"])
def test_monday_is_one(line):
    assert shown(rule(line).upcoming(at("2026-11-25T00:00"), 1)) == ["Mon 11-30 10:00"]


def test_a_range_of_weekdays_may_end_on_sunday():
    found = rule("0 10 * * 5-7").upcoming(at("2026-11-25T00:00"), 4)
    assert shown(found) == ["Fri 11-27 10:00", "Sat 11-28 10:00", "Sun 11-29 10:00", "Fri 12-04 10:00"]


def test_the_31st_skips_short_months_and_the_last_day_none():
    january = at("2026-01-31T12:00")
    assert shown(rule("0 9 31 * *").upcoming(january, 2)) == ["Tue 03-31 09:00", "Sun 05-31 09:00"]
    assert shown(rule("0 9 L * *").upcoming(january, 2)) == ["Sat 02-28 09:00", "Tue 03-31 09:00"]
    assert shown(rule("0 9 29 2 *").upcoming(january, 1)) == ["Tue 02-29 09:00"]
    assert latest(rule("0 9 31 * *"), at("2026-05-30T00:00")) == at("2026-03-31T09:00")


def test_a_day_and_a_weekday_mean_either_as_cron_has_it():
    found = rule("0 9 1 * 1").upcoming(at("2026-11-25T00:00"), 3)
    assert shown(found) == ["Mon 11-30 09:00", "Tue 12-01 09:00", "Mon 12-07 09:00"]


def test_a_time_that_summer_time_skips_comes_right_after():
    missing = rule("30 2 * * *", NEW_YORK)
    found = missing.upcoming(at("2026-03-07T12:00", NEW_YORK), 2)
    assert shown(found, NEW_YORK) == ["Sun 03-08 03:00", "Mon 03-09 02:30"]
    assert latest(missing, at("2026-03-08T03:10", NEW_YORK)) == found[0]
    assert latest(missing, at("2026-03-08T01:59", NEW_YORK)) == at("2026-03-07T02:30", NEW_YORK)


def test_when_clocks_go_back_a_time_that_comes_twice_is_taken_once():
    twice = rule("30 1 * * *", NEW_YORK)
    first = at("2026-11-01T01:30", NEW_YORK)
    assert twice.upcoming(at("2026-10-31T12:00", NEW_YORK), 2) == [first, at("2026-11-02T01:30", NEW_YORK)]
    second_time = at("2026-11-01T01:10", NEW_YORK, fold=1)
    assert second_time > first
    assert latest(twice, second_time) == first
    assert twice.upcoming(second_time, 1) == [at("2026-11-02T01:30", NEW_YORK)]
    assert latest(twice, at("2026-11-01T01:40", NEW_YORK, fold=1), since=first) is None


def test_every_fifteen_minutes_goes_on_in_real_time_when_clocks_change():
    for day in ("2026-03-08", "2026-11-01"):
        found = rule("*/15 * * * *", NEW_YORK).upcoming(at(f"{day}T00:00", NEW_YORK), 20)
        assert {after - before for before, after in pairwise(found)} == {timedelta(minutes=15)}


def test_nine_in_the_morning_is_nine_before_and_after_the_clocks_change():
    found = rule("0 9 * * *", NEW_YORK).upcoming(at("2026-03-06T12:00", NEW_YORK), 4)
    assert {moment.astimezone(NEW_YORK).hour for moment in found} == {9}
    assert {moment.hour for moment in found} == {14, 13}


def test_working_days_are_those_that_the_state_council_published():
    start = at("2026-09-20T00:00")
    found = rule("0 9 * * *", working_days=True).upcoming(start, 40)
    days = [moment.astimezone(SHANGHAI).strftime("%m-%d") for moment in found if moment < at("2026-10-11T00:00")]
    worked = "09-20 09-21 09-22 09-23 09-24 09-28 09-29 09-30 10-08 10-09 10-10"
    assert days == worked.split()
    assert "Sun 09-20 09:00" in shown(found)
    assert "Sat 10-10 09:00" in shown(found)


def test_a_working_day_is_found_backwards_over_a_week_of_holidays():
    one = rule("*/5 * * * *", working_days=True)
    assert latest(one, at("2026-10-07T12:00")) == at("2026-09-30T23:55")
    assert latest(one, at("2026-10-07T12:00"), since=at("2026-10-01T00:00")) is None
    assert one.latest_tick(at("2026-10-07T12:01"), since=LONG_AGO) == at("2026-10-07T12:00")
    assert one.next_tick(at("2026-10-07T12:01")) == at("2026-10-07T12:05")


def test_the_day_is_that_of_the_schedules_zone():
    # Half past eight in the evening of 30 September in New York is 1 October in China.
    found = rule("30 20 * * *", NEW_YORK, working_days=True).upcoming(at("2026-09-30T12:00", NEW_YORK), 1)
    assert shown(found, NEW_YORK) == ["Wed 09-30 20:30"]


def test_an_unpublished_year_works_monday_to_friday():
    assert business_calendar.Calendar().knows_year(2026)
    assert not business_calendar.Calendar().knows_year(2090)
    days = [date(2090, 1, 2) + timedelta(days=number) for number in range(7)]
    assert [business_calendar.Calendar().works_on(day) for day in days] == [True] * 5 + [False] * 2
    assert len(rule("0 9 * * *", working_days=True).upcoming(at("2090-01-01T00:00"), 5)) == 5


def test_a_rule_that_never_speaks_ends():
    assert rule("0 9 * * 6", working_days=True).upcoming(at("2090-01-01T00:00"), 5) == []
    assert latest(rule("0 9 * * 6", working_days=True), at("2090-06-01T00:00"), since=at("2090-01-01T00:00")) is None


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("0 9 * *", "cron_fields", "this has 4"),
        ("", "cron_fields", "this has 0"),
        ("0 0 9 * * *", "cron_fields", "this has 6"),
        ("60 9 * * *", "cron_minute", "“60” stands for the minute. Write 0 to 59"),
        ("0 25 * * *", "cron_hour", "Write 0 to 23"),
        ("0 9 32 * *", "cron_day", "“32” stands for the day of the month"),
        ("0 9 * 13 *", "cron_month", "JAN to DEC"),
        ("0 9 * * 8", "cron_dow", "0 and 7 are Sunday"),
        ("0 9 * * MOO", "cron_dow", "“MOO”"),
        ("九 9 * * *", "cron_minute", "“九”"),
        ("*/0 9 * * *", "cron_minute", "“*/0”"),
        ("0 9 30 2 *", "cron_never", "No month"),
    ],
)
def test_a_line_that_is_wrong_says_where_and_shows_a_right_one(line, code, words):
    with pytest.raises(SchedulingError) as caught:
        business_calendar.parse_cron(line)
    assert (caught.value.code, caught.value.field) == (code, "cron")
    assert words in str(caught.value)
    assert caught.value.remedy


@given(st.text(alphabet="0123456789*/,-#LWMONSUJAN \t²٣九", max_size=24))
@settings(max_examples=100, deadline=None)
def test_any_line_is_taken_apart_or_refused(line):
    try:
        parsed = business_calendar.parse_cron(line)
    except SchedulingError:
        return
    assert parsed.times == len(parsed.minutes) * len(parsed.hours) > 0
    now = at("2026-03-08T01:59", NEW_YORK)
    ticks = Rule(line=line, zone=NEW_YORK).upcoming(now, 3)  # none if there is no such day within ten years
    assert ticks == sorted(set(ticks))
    assert all(tick > now and tick.astimezone(NEW_YORK).month in parsed.months for tick in ticks)


LINES = st.sampled_from(
    [
        "0 9 * * *",
        "30 1 * * *",
        "30 2 * * *",
        "0,30 1-3 * * *",
        "*/20 * * * *",
        "0 */2 * * *",
        "*/30 1 * * *",
        "59 23 L * *",
        "0 0 * * 1",
        "0 3 8 3 *",
    ]
)


# In Santiago and Cairo clocks change at midnight; in Sydney in the other half of the year.
ZONES = st.sampled_from(
    [
        SHANGHAI,
        NEW_YORK,
        *map(ZoneInfo, ("UTC", "America/Santiago", "Africa/Cairo", "Australia/Sydney", "Europe/Dublin")),
    ]
)


@given(
    LINES,
    ZONES,
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
)
@settings(max_examples=80, deadline=None)
def test_looking_back_finds_what_looking_ahead_had_promised(line, zone, moment):
    now = moment.replace(tzinfo=UTC)
    since = now - timedelta(days=3)
    one = Rule(line=line, zone=zone)
    promised = [tick for tick in one.upcoming(since, 3 * 24 * 3 + 9) if tick <= now]
    assert list(one.backwards(now, since=since)) == promised[::-1]
    assert promised == sorted(set(promised))


def test_the_package_numbers_days_as_we_do():
    assert (CronSim.LAST, CronSim.LAST_WEEKDAY) == (business_calendar.LAST, business_calendar.LAST_WEEKDAY)


def test_the_first_moment_of_an_unknown_year_is_found_whatever_lies_before():
    calendar = business_calendar.Calendar(years=frozenset(range(2080, 2090)))
    every_minute = Rule(line="* * * * *", zone=SHANGHAI, working_days=True, calendar=calendar)
    assert every_minute.next_unknown(at("2080-03-01T12:00")) == at("2090-01-01T00:00")
    assert rule("0 9 * * *").next_unknown(at("2090-03-01T12:00")) is None
    unknown = replace(every_minute, line="0 9 * * *")
    assert unknown.next_unknown(at("2090-03-01T12:00")) == at("2090-03-02T09:00")
    entered = replace(calendar, days={date(2090, 1, 1): False, date(2090, 1, 2): True})
    assert replace(unknown, calendar=entered).next_unknown(at("2089-12-31T12:00")) == at("2090-01-03T09:00")
