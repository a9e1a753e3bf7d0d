"""The working days of each company: filled from the package, imported from a list, and missed in time."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from scheduling.business_calendar import published_days, published_years
from scheduling.models import CalendarDay, Campaign, Schedule, calendar_of
from scheduling.schedules.day_lists import ListedDay
from wecom.models import Application, Corporation

# The State Council publishes the next year's days in October or November.
PUBLISHED_IN = 11


@dataclass(frozen=True, kw_only=True)
class UnknownYear:
    """A year whose working days a company does not know, and how many of its schedules and campaigns need them."""

    corporation: Corporation
    year: int
    schedules: int


def fill_calendars(*, now: datetime | None = None) -> int:
    """Give each company the package's days of this year and later, where it has no list. Returns how many."""
    this_year = timezone.localdate(now or timezone.now()).year
    return sum(_fill(corporation, this_year) for corporation in Corporation.objects.order_by("pk"))


@transaction.atomic
def import_days(corporation: Corporation, days: Sequence[ListedDay]) -> set[int]:
    """Store a list. Returns the years that it holds in full: those with 1 January.

    Such a year is replaced, except days that a person entered. Days of other years are only added.
    """
    years = {day.date.year for day in days if (day.date.month, day.date.day) == (1, 1)}
    rows = CalendarDay.objects.filter(corporation=corporation)
    rows.filter(date__year__in=years, source__in=CalendarDay.WHOLE_LISTS).delete()
    for day in days:
        source = CalendarDay.Source.LIST if day.date.year in years else CalendarDay.Source.ENTERED
        values = {"works": day.works, "name": day.name, "source": source}
        if day.date.year in years:
            rows.get_or_create(corporation=corporation, date=day.date, defaults=values)
        else:
            rows.update_or_create(corporation=corporation, date=day.date, defaults=values)
    return years


def unknown_years(*, now: datetime | None = None) -> list[UnknownYear]:
    """The years that schedules and campaigns need and their companies do not know: this one, from November the next."""
    today = timezone.localdate(now or timezone.now())
    years = [today.year] + ([today.year + 1] if today.month >= PUBLISHED_IN else [])
    own, others = (rows.order_by().values_list("application", flat=True) for rows in on_working_days())
    counts = Counter[int | None](own.union(others, all=True))  # None is the default application
    if not counts:
        return []
    needing: dict[int, Application] = {}
    numbers = Counter[int]()
    rows = Application.objects.filter(Q(pk__in=counts) | Q(is_default=True)).select_related("corporation")
    for sender in rows:
        needing.setdefault(sender.corporation_id, sender)
        numbers[sender.corporation_id] += counts[sender.pk] + (counts[None] if sender.is_default else 0)
    return [
        UnknownYear(corporation=sender.corporation, year=year, schedules=numbers[key])
        for key, sender in needing.items()
        if numbers[key]
        for year in years
        if not calendar_of(sender).knows_year(year)
    ]


def on_working_days() -> tuple[QuerySet[Schedule], QuerySet[Campaign]]:
    """The schedules and campaigns that go out on working days, and go on to do so."""
    schedules = Schedule.objects.filter(days=Schedule.Days.WORKING, paused=False, only_on=None)
    campaigns = Campaign.objects.filter(days=Schedule.Days.WORKING, state__in=Campaign.ON)
    return schedules, campaigns.filter(repeats=Campaign.Repeats.CRON)


def works_on(application: Application | None) -> Callable[[date], bool]:
    """A function from a date to whether the application's company works on it."""
    return calendar_of(application).works_on


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
