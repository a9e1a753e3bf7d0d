"""Reads a list in whichever form it has."""

from datetime import date

from django.utils.translation import gettext as _

from scheduling.day_lists.calendar_files import CalendarFile
from scheduling.day_lists.lines import Lines
from scheduling.day_lists.listed_days import DayList, DayListForm, Flaw, ListedDay
from scheduling.day_lists.notices import Notice

FORMS: tuple[DayListForm, ...] = (CalendarFile(), Notice(), Lines())
"""The first that recognises a text reads it."""


def text_of(data: bytes) -> str:
    """The text of a file in UTF-8, or in the encoding of Chinese Windows."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def read_day_list(text: str) -> DayList:
    """The days of a list in any of the forms. A list with 1 January holds that year in full."""
    form = next(form for form in FORMS if form.recognises(text))
    read = list(form.read(text))
    days: dict[date, ListedDay] = {}
    flaws = [item for item in read if isinstance(item, Flaw)]
    for item in read:
        if isinstance(item, ListedDay) and days.setdefault(item.date, item).works != item.works:
            fault = _("%(date)s is both a working day and a day off.") % {"date": item.date}
            flaws.append(Flaw(code="both", words=fault))
    if not read:
        fault = _("There is no date in it. Paste the whole notice, with its title and all its days.")
        flaws.append(Flaw(code="no_date", words=fault))
    years = {day.year for day in days if (day.month, day.day) == (1, 1)} if form.is_whole(text) else set[int]()
    return DayList(
        days=tuple(days[day] for day in sorted(days)),
        flaws=tuple(dict.fromkeys(flaws)),
        title=form.title(text),
        years=frozenset(years),
    )
