"""The working days of each company: filled from the package, and missed in time."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from scheduling.business_calendar import Calendar, published_days, published_years
from scheduling.models import CalendarDay, Campaign, Series, calendar_of
from wecom.models import Application, Corporation

# The State Council publishes the next year's days in October or November.
PUBLISHED_IN = 11


@dataclass(frozen=True, kw_only=True)
class UnknownYear:
    """A year whose working days a company does not know, and how many campaigns and series need them."""

    corporation: Corporation
    year: int
    mailings: int


def fill_calendars(*, now: datetime | None = None) -> int:
    """Give each company the package's days of this year and later, where it has no list. Returns how many."""
    this_year = timezone.localdate(now or timezone.now()).year
    return sum(_fill(corporation, this_year) for corporation in Corporation.objects.order_by("pk"))


def unknown_years(*, within: timedelta | None = None, now: datetime | None = None) -> list[UnknownYear]:
    """The years that campaigns and series need and their companies do not know.

    Args:
        within: looks so far ahead; without it, at this year and, from November on, at the next.
    """
    today = timezone.localdate(now or timezone.now())
    last = (today + within).year if within else today.year + (1 if today.month >= PUBLISHED_IN else 0)
    years = [year for year in range(today.year, last + 1) if year not in published_years()]
    if not years:
        return []
    campaigns, series = (rows.order_by().values_list("application", flat=True) for rows in on_working_days())
    counts = Counter[int | None](campaigns.union(series, all=True))  # None is the default application
    if not counts:
        return []
    needing: dict[int, Application] = {}
    numbers = Counter[int]()
    rows = Application.objects.filter(Q(pk__in=counts) | Q(is_default=True)).select_related("corporation")
    for sender in rows:
        needing.setdefault(sender.corporation_id, sender)
        numbers[sender.corporation_id] += counts[sender.pk] + (counts[None] if sender.is_default else 0)
    return [
        UnknownYear(corporation=sender.corporation, year=year, mailings=numbers[key])
        for key, sender in needing.items()
        if numbers[key]
        for year in years
        if not calendar_of(sender).knows_year(year)
    ]


def on_working_days() -> tuple[QuerySet[Campaign], QuerySet[Series]]:
    """The campaigns and series that go out on working days, and go on to do so."""
    campaigns = Campaign.objects.filter(days=Campaign.Days.WORKING, state__in=Campaign.ON)
    series = Series.objects.running().filter(days_off=Series.DaysOff.WAIT)
    return campaigns.filter(repeats=Campaign.Repeats.CRON), series


def company_calendar(application: Application | None) -> Calendar:
    """The working days of an application's company, and which of them are known."""
    return calendar_of(application)


def _fill(corporation: Corporation, this_year: int) -> int:
    rows = CalendarDay.objects.filter(corporation=corporation)
    held = rows.filter(source__in=CalendarDay.WHOLE_LISTS, date__year__gte=this_year)
    missing = {year for year in published_years() if year >= this_year} - {
        day.year for day in held.dates("date", "year")
    }
    fresh = [
        CalendarDay(corporation=corporation, date=day, works=works, name=name, source=CalendarDay.Source.PACKAGE)
        for day, (works, name) in published_days().items()
        if day.year in missing
    ]
    CalendarDay.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)
