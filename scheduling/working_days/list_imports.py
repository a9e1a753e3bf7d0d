"""Lists of working days taken over, and taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.business_calendar import Calendar, published_days
from scheduling.campaigns import moments
from scheduling.day_lists.listed_days import DayList
from scheduling.exceptions import SchedulingError
from scheduling.models import CalendarDay, CalendarImport
from scheduling.working_days.calendar_years import on_working_days
from wecom.models import Corporation

LONGEST_TITLE = 200
SHOWN_FLAWS = 10
Day = tuple[bool, str, str]
"""Whether it works, its name, and its source."""


@dataclass(frozen=True, kw_only=True)
class DayChange:
    """A day that works from now on and did not before, or the other way round."""

    date: date
    works: bool
    name: str


@dataclass(frozen=True, kw_only=True)
class ImportedDays:
    """The changes that an import made, or would make.

    Attributes:
        years: the years that are known in full by it.
        changes: the days that become other than they were.
        kept: days that a person entered otherwise; they stay.
        row: by which it can be undone; None in a dry run, and where the company had all of it already.
    """

    years: frozenset[int]
    changes: tuple[DayChange, ...]
    kept: tuple[date, ...]
    row: CalendarImport | None = None


@transaction.atomic
def import_days(
    corporation: Corporation,
    day_list: DayList,
    *,
    way: CalendarImport.Way = CalendarImport.Way.COMMAND,
    by: AbstractBaseUser | None = None,
    title: str = "",
    anyway: bool = False,
    dry_run: bool = False,
    now: datetime | None = None,
) -> ImportedDays:
    """Take over a list. A year that it holds in full is replaced, except days that a person entered.

    Days of other years are added, as if a person had entered them. The same list again changes nothing.

    Args:
        title: where the list comes from, behind its own title.
        anyway: takes over a list whose `doubts` a person has looked at.

    Raises `SchedulingError` for a list with errors, and for one with doubts without `anyway`.
    """
    _check(day_list, anyway=anyway)
    Corporation.objects.select_for_update().get(pk=corporation.pk)
    before = _rows(corporation, day_list)
    after = _after(before, day_list)
    changed = sorted(day for day in {*before, *after} if before.get(day) != after.get(day))
    calendar = Calendar(days={day: works for day, (works, *_rest) in after.items()}, years=day_list.years)
    old = CalendarDay.objects.filter(corporation=corporation).calendar()
    days = sorted({*(day.date for day in day_list.days), *changed, *_published(day_list.years)})
    result = ImportedDays(
        years=day_list.years,
        changes=tuple(
            DayChange(date=day, works=calendar.works_on(day), name=after[day][1] if day in after else "")
            for day in days
            if calendar.works_on(day) != old.works_on(day)
        ),
        kept=tuple(day.date for day in day_list.days if after[day.date][0] != day.works),
    )
    if dry_run or not changed:
        return result
    row = CalendarImport.objects.create(
        corporation=corporation,
        title=" · ".join(filter(None, (day_list.title, title)))[:LONGEST_TITLE],
        way=way,
        by=by,  # type: ignore[misc]
        years=sorted(day_list.years),
        before=_as_json(before, changed),
        after=_as_json(after, changed),
    )
    _replace(corporation, changed, after, now or timezone.now())
    return ImportedDays(years=result.years, changes=result.changes, kept=result.kept, row=row)


@transaction.atomic
def undo_import(row: CalendarImport, *, now: datetime | None = None) -> CalendarImport:
    """Give the days back as they were before an import, except those that a person has changed since.

    Raises `SchedulingError` if it is undone already, or is not the company's last one.
    """
    Corporation.objects.select_for_update().get(pk=row.corporation_id)
    row.refresh_from_db()
    if row.undone_at is not None:
        raise SchedulingError(_("This import is undone already."), code="undone")
    later = CalendarImport.objects.filter(corporation=row.corporation_id, undone_at=None, pk__gt=row.pk)
    if later.exists():
        remedy = _("Undo the later ones first.")
        raise SchedulingError(_("Another list was imported since."), code="not_last", remedy=remedy)
    before, after = (_from_json(days) for days in (row.before, row.after))
    rows = CalendarDay.objects.filter(corporation=row.corporation_id, date__in={*before, *after})
    held = {day.date: (day.works, day.name, str(day.source)) for day in rows}
    same = [day for day in {*before, *after} if held.get(day) == after.get(day)]
    now = now or timezone.now()
    _replace(row.corporation, same, before, now)
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    return row


def last_import(corporation: Corporation) -> CalendarImport | None:
    """The import that can be undone."""
    return corporation.calendar_imports.filter(undone_at=None).first()


def _check(day_list: DayList, *, anyway: bool) -> None:
    if day_list.errors:
        remedy = _("Correct the list. Nothing was imported.")
        raise SchedulingError(" ".join(day_list.errors[:SHOWN_FLAWS]), code="list_wrong", field="text", remedy=remedy)
    if day_list.doubts and not anyway:
        remedy = _("Compare it with the State Council's page. If it is right, import it anyway.")
        raise SchedulingError(
            " ".join(day_list.doubts[:SHOWN_FLAWS]), code="list_doubtful", field="text", remedy=remedy
        )


def _rows(corporation: Corporation, day_list: DayList) -> dict[date, Day]:
    """The company's rows of the years and of the days of a list."""
    rows = CalendarDay.objects.filter(corporation=corporation)
    ours = rows.filter(date__year__in=day_list.years) | rows.filter(date__in=[day.date for day in day_list.days])
    return {day.date: (day.works, day.name, str(day.source)) for day in ours}


def _after(before: Mapping[date, Day], day_list: DayList) -> dict[date, Day]:
    """The same rows as the list leaves them."""
    source = CalendarDay.Source
    entered = {day: row for day, row in before.items() if row[2] == source.ENTERED}
    others = {day: row for day, row in before.items() if day.year not in day_list.years}
    listed = {
        day.date: (day.works, day.name, str(source.LIST if day.date.year in day_list.years else source.ENTERED))
        for day in day_list.days
    }
    held = {day: row for day, row in entered.items() if day.year in day_list.years}
    return others | listed | held


def _published(years: Iterable[int]) -> set[date]:
    """The package's days of these years, which a whole list replaces."""
    return {day for day in published_days() if day.year in set(years)}


def _replace(corporation: Corporation, days: Iterable[date], rows: Mapping[date, Day], now: datetime) -> None:
    """Leave these rows of these days, and compute the next moments of waiting campaigns anew."""
    days = set(days)
    CalendarDay.objects.filter(corporation=corporation, date__in=days).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(corporation=corporation, date=day, works=works, name=name, source=source)
        for day, (works, name, source) in sorted(rows.items())
        if day in days
    )
    _count_anew(corporation, now)


def _count_anew(corporation: Corporation, now: datetime) -> None:
    """Where days were not known, the next moment is one at which they are looked for."""
    campaigns, _series = on_working_days()
    for campaign in campaigns.filter(next_at__gt=now).select_related("application"):
        sender = campaign.sender
        if sender is not None and sender.corporation_id == corporation.pk:
            fresh = moments.next_start(campaign, now)
            campaigns.filter(pk=campaign.pk, next_at=campaign.next_at).update(next_at=fresh)


def _as_json(rows: Mapping[date, Day], days: Iterable[date]) -> list[list[object]]:
    return [[day.isoformat(), *rows[day]] for day in days if day in rows]


def _from_json(rows: Iterable[list[object]]) -> dict[date, Day]:
    return {date.fromisoformat(str(day)): (bool(works), str(name), str(source)) for day, works, name, source in rows}
