"""Anniversaries: on which days of a year a date returns. Pure.

A date returns every later year on its month and day; 29 February on the 28th of common years.
"""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

LEAP_DAY = 229


@dataclass(frozen=True, kw_only=True)
class YearPart:
    """Days of one year, as month × 100 + day. Dates of earlier years whose day is among these return in it."""

    year: int
    first: int
    last: int

    @property
    def begins(self) -> date:
        """The first of January: dates before it are of earlier years."""
        return date(self.year, 1, 1)


def year_parts(first: date, last: date) -> Iterator[YearPart]:
    """The days from one to another, a part for each year."""
    for year in range(first.year, last.year + 1):
        begin, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        ends = _number(end)
        if ends == LEAP_DAY - 1 and not isleap(year):
            ends = LEAP_DAY
        yield YearPart(year=year, first=_number(begin), last=ends)


def _number(day: date) -> int:
    return day.month * 100 + day.day
