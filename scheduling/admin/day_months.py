"""A list of working days as the months of a calendar, to look at before it is taken over."""

from calendar import Calendar as Weeks
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext

from scheduling import services

SATURDAY = services.SATURDAY
SHORTEST = 2  # letters of a holiday's name that a cell has room for


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A day of a month: its kind is `off`, `made-up`, `weekend` or empty; `words` say it to screen readers."""

    day: date
    kind: str
    label: str
    words: str
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month with a day that differs from Monday to Friday; its weeks have None where it has no day."""

    title: str
    weeks: list[list[Cell | None]]


def weekday_names() -> list[str]:
    return [str(WEEKDAYS_ABBR[number]) for number in range(7)]


def months(day_list: services.DayList, changes: Mapping[date, services.DayChange]) -> Iterator[Month]:
    """The months that have a day of the list."""
    listed = {day.date: day for day in day_list.days}
    for year, month in sorted({(day.year, day.month) for day in {*listed, *changes}}):
        weeks = Weeks().monthdatescalendar(year, month)
        yield Month(
            title=formats.date_format(date(year, month, 1), "YEAR_MONTH_FORMAT"),
            weeks=[[_cell(day, listed, changes) if day.month == month else None for day in week] for week in weeks],
        )


def _cell(day: date, listed: Mapping[date, services.ListedDay], changes: Mapping[date, services.DayChange]) -> Cell:
    listed_day = listed.get(day)
    if listed_day is None:
        kind = "weekend" if day.weekday() >= SATURDAY else ""
        return Cell(day=day, kind=kind, label="", words="", is_new=day in changes)
    what = gettext("working day") if listed_day.works else gettext("day off")
    return Cell(
        day=day,
        kind="made-up" if listed_day.works else "off",
        label=gettext("work") if listed_day.works else (listed_day.name[:SHORTEST] or gettext("off")),
        words=f"{day}: {what} {listed_day.name}".rstrip(),
        is_new=day in changes,
    )
