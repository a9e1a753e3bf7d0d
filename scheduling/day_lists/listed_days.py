"""A list of working days and days off, as a value."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

from django.utils.translation import gettext as _

LONGEST_NAME, LONGEST_SPAN = 60, 31


@dataclass(frozen=True, kw_only=True)
class ListedDay:
    """A day of a list: whether it works, and its holiday."""

    date: date
    works: bool
    name: str


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """A flaw of a list, in words.

    Attributes:
        code: for programs.
        is_doubt: whether its days are clear all the same, so that a person can say that they are right.
    """

    code: str
    words: str
    is_doubt: bool = False


@dataclass(frozen=True, kw_only=True)
class DayList:
    """The days of a list, by date, and its flaws.

    Attributes:
        title: of the list, by its own words; empty without one.
        years: the years that it holds in full: they have no other days that differ from Monday to Friday.
        flaws: without those that are doubts it can be taken over.
    """

    days: tuple[ListedDay, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    title: str = ""
    years: frozenset[int] = field(default_factory=frozenset)

    @property
    def errors(self) -> tuple[str, ...]:
        """Why it cannot be taken over."""
        return tuple(flaw.words for flaw in self.flaws if not flaw.is_doubt)

    @property
    def doubts(self) -> tuple[str, ...]:
        """The doubts that a person should look at before it is taken over."""
        return tuple(flaw.words for flaw in self.flaws if flaw.is_doubt)


Item = ListedDay | Flaw


class DayListForm(ABC):
    """A form of lists."""

    name: ClassVar[str]

    @abstractmethod
    def recognises(self, text: str) -> bool:
        """Whether a text has this form."""

    @abstractmethod
    def read(self, text: str) -> Iterator[Item]:
        """Its days, in any order, and its flaws."""

    def title(self, text: str) -> str:
        """The title that the list gives itself."""
        return ""

    def is_whole(self, text: str) -> bool:
        """Whether a list with 1 January holds the whole year."""
        return True


def span(number: int, start: date | None, end: date | None, *, works: bool, name: str) -> Iterator[Item]:
    """The days from the first to the last, or their flaw; `number` is that of the line."""
    if start is None or end is None:
        yield Flaw(code="no_such_date", words=_("Line %(number)d has a date that does not exist.") % {"number": number})
    elif not timedelta() <= end - start < timedelta(days=LONGEST_SPAN):
        fault = _("Line %(number)d has a last day that is before the first, or a month after it.") % {"number": number}
        yield Flaw(code="span", words=fault)
    else:
        for later in range((end - start).days + 1):
            yield ListedDay(date=start + timedelta(days=later), works=works, name=name.strip()[:LONGEST_NAME])


def date_of(year: str | int | None, month: str | int | None, day: str | int | None) -> date | None:
    """The date, if it exists."""
    try:
        return date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        return None
