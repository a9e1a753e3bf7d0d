"""Steps of series in the calendar: as many members on each day as the series itself counts."""

from datetime import date, time, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import services
from scheduling.agenda.agenda_entries import Kind
from scheduling.series.series_forecast import due_on
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from tests.scheduling.support.series import give_date, launch, make_series, run_days
from tests.support import factories

pytestmark = pytest.mark.django_db
NOW = clock("2026-11-27T12:00")
FIRST, LAST = date(2026, 11, 27), date(2027, 1, 10)
DATES = ("2026-11-25", "2026-11-26", "2026-11-30", "2026-12-04", "2026-12-04", "2026-12-24", "2024-02-29", "1990-12-20")


@pytest.fixture(autouse=True)
def people(application):
    cache.clear()
    for number, day in enumerate(DATES):
        give_date(factories.make_member(application, f"p{number}", status="active"), day)
        give_date(factories.make_member(application, f"q{number}", status="active"), f"1992{day[4:]}", "birthday")


def steps_of(series) -> dict[tuple[date, int], int | None]:
    """The calendar's counts, by day and step."""
    found = [one for one in services.upcoming(FIRST, LAST, now=NOW).entries if one.kind == Kind.SERIES]
    assert {one.name.partition(":")[0] for one in found} <= {series.name}
    return {(one.at.astimezone(SHANGHAI).date(), one.key): one.members for one in found if one.run is None}


def told_by_the_series(series) -> dict[tuple[date, int], int]:
    days = [FIRST + timedelta(days=number) for number in range(1, (LAST - FIRST).days + 1)]
    return {(day, step.pk): count for day in days for step, count in due_on(series, day, now=NOW).items()}


@pytest.mark.databases
@pytest.mark.parametrize(
    "fields",
    [
        {},
        pytest.param({"days_off": "wait"}, marks=pytest.mark.thorough),
        pytest.param({"fact": "birthday", "repeats_yearly": True}, marks=pytest.mark.thorough),
        {"fact": "birthday", "repeats_yearly": True, "days_off": "wait"},
    ],
)
def test_a_series_has_as_many_turns_as_it_counts_itself(fields):
    series = launch(-3, 0, 1, 30, now="2026-11-24T08:00", **fields)
    run_days("2026-11-24", "2026-11-27")
    found = steps_of(series)
    assert found == told_by_the_series(series)
    assert len(found) > 5


def test_a_draft_is_shown_and_one_that_is_over_is_not():
    series = make_series(0, 3)
    found = services.upcoming(FIRST, LAST, now=NOW).entries
    assert {(one.state, one.movable) for one in found} == {("draft", False)}
    services.cancel_mailing(series)
    assert services.upcoming(FIRST, LAST, now=NOW).entries == ()


def test_a_step_of_an_event_at_once_has_no_day_yet():
    make_series((0, None), (1, time(9)), anchor="api")
    assert services.upcoming(FIRST, LAST, now=NOW).entries == ()


def test_what_members_had_stands_as_runs():
    launch(0, 1, now="2026-11-24T08:00")
    run_days("2026-11-24", "2026-11-26")
    found = services.upcoming(date(2026, 11, 24), date(2026, 11, 26), now=NOW).entries
    assert [(one.kind, one.members, one.run is not None) for one in found] == [(Kind.SERIES, 1, True)] * 3


def test_a_longer_span_takes_no_more_queries():
    make_series(-3, 0, 1)
    with CaptureQueriesContext(connection) as few:
        services.upcoming(FIRST, FIRST, now=NOW, seconds=-1)
    with CaptureQueriesContext(connection) as many:
        services.upcoming(FIRST, LAST, now=NOW, seconds=-1)
    assert len(many) <= len(few) + 1
