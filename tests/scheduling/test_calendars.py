"""The working days of a company: filled, imported, and held where they are not known."""

from datetime import date

import pytest

from scheduling import services
from scheduling.models import CalendarDay, Campaign, calendar_of
from tests.scheduling.support.campaigns import launch
from tests.scheduling.support.plain_messages import clock
from tests.support.factories import make_application, make_corporation

pytestmark = pytest.mark.django_db
NEW_YEAR = "2090-01-01..2090-01-03 休 元旦\n2090-01-07 班"


def imported(application, text: str) -> frozenset[int]:
    return services.import_days(application.corporation, services.read_day_list(text)).years


def at_nine(now: str, **fields) -> Campaign:
    """A campaign that goes out at nine on working days, started at a moment."""
    return launch(repeats="cron", cron="0 9 * * *", days="working", now=clock(now), **fields)


def days_of(campaign: Campaign, since: str) -> list[int]:
    """The next five days on which it goes out."""
    campaign = Campaign.objects.get(pk=campaign.pk)
    assert campaign.rule is not None
    return [at.astimezone(campaign.zone).day for at in campaign.rule.upcoming(clock(since), 5)]


def runs_of(campaign: Campaign, now: str) -> list[tuple[str, str]]:
    """The moments that it has had until now, with the reasons why nothing was sent."""
    services.sweep_campaigns(now=clock(now))
    rows = campaign.runs.order_by("moment").values_list("moment", "reason")
    return [(f"{at.astimezone(campaign.zone):%m-%d %H:%M}", reason) for at, reason in rows]


def test_new_year_of_an_unknown_year_is_held_and_told(application):
    campaign = at_nine("2089-12-31T12:00", unknown_days="hold")
    assert runs_of(campaign, "2090-01-01T09:00") == [("01-01 09:00", "days_unknown")]
    assert days_of(campaign, "2090-01-01T00:00") == []


def test_weekdays_count_in_an_unknown_year_by_choice(application):
    campaign = at_nine("2089-12-31T12:00", unknown_days="weekdays")
    assert runs_of(campaign, "2090-01-01T12:00") == []  # a Sunday
    assert runs_of(campaign, "2090-01-02T09:00") == [("01-02 09:00", "")]


@pytest.mark.parametrize(
    ("unknown_days", "words"), [("hold", "nothing is sent"), ("weekdays", "Monday to Friday count")]
)
def test_its_page_says_what_comes_of_an_unknown_year(application, unknown_days, words):
    unknown = services.days_unknown_from(at_nine("2089-12-30T12:00", unknown_days=unknown_days))
    assert unknown is not None
    assert words in unknown.words


def test_an_imported_year_decides_day_by_day(application):
    assert imported(application, NEW_YEAR) == {2090}
    assert days_of(at_nine("2090-01-01T00:00"), "2090-01-01T00:00") == [4, 5, 6, 7, 9]


def test_each_company_has_days_of_its_own(application):
    imported(application, NEW_YEAR)
    other = make_corporation()
    assert calendar_of(application).knows_year(2090)
    theirs = make_application(corporation=other)
    assert not calendar_of(theirs).knows_year(2090)


@pytest.mark.databases
def test_a_whole_list_replaces_the_year_and_keeps_entered_days(application):
    CalendarDay.objects.create(corporation=application.corporation, date=date(2090, 1, 7), works=False)
    imported(application, NEW_YEAR)
    imported(application, "2090-01-01 休 元旦\n2090-01-09 班")
    days = CalendarDay.objects.values_list("date", "works")
    assert sorted(days) == [(date(2090, 1, 1), False), (date(2090, 1, 7), False), (date(2090, 1, 9), True)]


def test_days_without_the_first_of_january_make_no_year_known(application):
    assert imported(application, "2090-05-20 休 公司日") == set()
    assert not calendar_of(application).knows_year(2090)
    assert calendar_of(application).works_on(date(2090, 5, 20)) is False


def test_the_package_fills_its_years_once_and_no_deleted_day_returns(application):
    assert services.fill_calendars(now=clock("2026-03-01T00:00")) > 20
    CalendarDay.objects.get(date=date(2026, 10, 10)).delete()
    assert services.fill_calendars(now=clock("2026-03-01T00:00")) == 0
    assert calendar_of(application).works_on(date(2026, 10, 1)) is False
    assert calendar_of(application).works_on(date(2026, 10, 10)) is False


def test_an_edited_day_outweighs_the_package(application):
    services.fill_calendars(now=clock("2026-03-01T00:00"))
    CalendarDay.objects.filter(date=date(2026, 10, 1)).update(works=True)
    assert runs_of(at_nine("2026-09-30T12:00"), "2026-10-01T09:00") == [("10-01 09:00", "")]


def test_an_unknown_year_is_trouble_from_november_on(application):
    campaign = at_nine("2026-03-01T00:00")
    launch(repeats="cron", cron="0 9 * * *", now=clock("2026-03-01T00:00"))
    found = {month: services.unknown_years(now=clock(f"2089-{month}-15T00:00")) for month in ("10", "11")}
    assert [(one.year, one.mailings) for one in found["10"]] == [(2089, 1)]
    assert [one.year for one in found["11"]] == [2089, 2090]
    imported(application, "2089-01-01 休")
    assert services.unknown_years(now=clock("2089-10-31T23:00")) == []
    services.pause_mailing(campaign)
    assert services.unknown_years(now=clock("2089-11-15T00:00")) == []
    at_nine("2026-03-01T00:00")
    assert [(one.year, one.mailings) for one in services.unknown_years(now=clock("2089-11-15T00:00"))] == [(2090, 1)]
