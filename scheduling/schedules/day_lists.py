"""Reads lists of holidays and make-up days: the State Council's notice, a calendar file (ICS), CSV or plain lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

DATE = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
LINE = re.compile(rf"\s*{DATE}(?:\s*(?:\.\.|—|–|~|至|到|to)\s*{DATE})?[\s,;，；|]*(.*)")
DAY_IN_NOTICE = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日")
IN_BRACKETS = re.compile(r"（[^）]*）|\([^)]*\)")
HEADING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、)?\s*([^：:，。0-9]{2,12})[：:]")
WORKS = re.compile(r"班|上课|\b(work|working|works|yes|true|1)\b", re.IGNORECASE)
OFF = re.compile(r"休|假|\b(off|holiday|rest|no|false|0)\b", re.IGNORECASE)
LONGEST_NAME, LONGEST_SPAN = 60, 31


@dataclass(frozen=True, kw_only=True)
class ListedDay:
    """A day of a list: whether it works, and its holiday."""

    date: date
    works: bool
    name: str


@dataclass(frozen=True, kw_only=True)
class DayList:
    """What was read, by date, and what is wrong, with the number of the line."""

    days: tuple[ListedDay, ...]
    errors: tuple[str, ...]


def read_day_list(text: str) -> DayList:
    """The days of a list in any of the forms."""
    if "BEGIN:VCALENDAR" in text:
        found = list(_events(text))
    elif DAY_IN_NOTICE.search(IN_BRACKETS.sub("", text)) and ("放假" in text or "上班" in text):
        found = list(_notice(text))
    else:
        found = list(_lines(text))
    days: dict[date, ListedDay] = {}
    errors = [item for item in found if isinstance(item, str)]
    for item in found:
        if isinstance(item, ListedDay) and days.setdefault(item.date, item).works != item.works:
            errors.append(_("%(date)s is both a working day and a day off.") % {"date": item.date})
    if not found:
        errors.append(_("There is no date in it."))
    return DayList(days=tuple(days[day] for day in sorted(days)), errors=tuple(errors))


def _lines(text: str) -> Iterator[ListedDay | str]:
    """Lines like “2027-02-05..2027-02-11 休 春节”, or CSV with the same columns and perhaps a heading."""
    first = True
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.fullmatch(line.replace('"', ""))
        heading, first = first and not re.search(r"\d", line), False
        if match is None:
            if not heading:
                words = _("Line %(number)d has no date at its beginning: “%(line)s”. Write it like 2027-01-01 休 元旦.")
                yield words % {"number": number, "line": line.strip()[:40]}
            continue
        *numbers, rest = match.groups()
        yield from _span_of_line(number, numbers, rest.strip())


def _span_of_line(number: int, numbers: list[str | None], rest: str) -> Iterator[ListedDay | str]:
    kind, _comma, name = re.sub(r"[\s,;，；|]+", " ", rest).partition(" ")
    works, off = bool(WORKS.search(kind)), bool(OFF.search(kind))
    if works == off:
        words = _("Line %(number)d does not say whether the day works. Write 休 or 班 after the date.")
        yield words % {"number": number}
        return
    start = _date(*numbers[:3])
    end = _date(*numbers[3:]) if numbers[3] else start
    yield from _span(number, start, end, works=works, name=name)


def _events(text: str) -> Iterator[ListedDay | str]:
    """The events of a calendar file. An event without 班 in its title is a day off."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    event: dict[str, str] = {}
    for number, line in enumerate(unfolded.splitlines(), 1):
        name, _colon, value = line.partition(":")
        key = name.partition(";")[0].upper()
        if line.strip() == "BEGIN:VEVENT":
            event = {}
        elif line.strip() == "END:VEVENT":
            yield from _event(number, event)
        else:
            event[key] = value.strip()


def _event(number: int, event: dict[str, str]) -> Iterator[ListedDay | str]:
    title = event.get("SUMMARY", "").replace("\\,", ",")
    start, after = (_digits(event.get(key, "")) for key in ("DTSTART", "DTEND"))
    end = after - timedelta(days=1) if start and after and after > start else start
    yield from _span(number, start, end, works=bool(re.search(r"班|work", title, re.IGNORECASE)), name=title)


def _notice(text: str) -> Iterator[ListedDay | str]:
    """The State Council's notice: “一、元旦：1月1日至3日放假调休，共3天。1月4日上班。”"""
    stated = re.search(r"(\d{4})年", text)
    if stated is None:
        yield _("The notice does not say its year. Copy its title too.")
        return
    year, name = int(stated[1]), ""
    for number, line in enumerate(text.splitlines(), 1):
        plain = IN_BRACKETS.sub("", line)
        heading = HEADING.match(plain)
        name = heading[1].strip() if heading else name
        for part in re.split(r"[，。；,;]", plain):
            if "放假" in part or "上班" in part:
                for start, end in _spans_of(part, year):
                    yield from _span(number, start, end, works="上班" in part, name=name)


def _spans_of(part: str, year: int) -> Iterator[tuple[date | None, date | None]]:
    """The spans of days in a part of a sentence; a month goes on to the days after it."""
    month = ""
    for piece in part.split("、"):
        ends: list[date | None] = []
        for found in DAY_IN_NOTICE.finditer(piece):
            month = found[2] or month
            ends.append(_date(found[1] or str(year), month, found[3]))
        if ends:
            yield ends[0], ends[-1]


def _span(number: int, start: date | None, end: date | None, *, works: bool, name: str) -> Iterator[ListedDay | str]:
    if start is None or end is None:
        yield _("Line %(number)d has a date that does not exist.") % {"number": number}
    elif not timedelta() <= end - start < timedelta(days=LONGEST_SPAN):
        yield _("Line %(number)d has a last day that is before the first, or a month after it.") % {"number": number}
    else:
        for later in range((end - start).days + 1):
            yield ListedDay(date=start + timedelta(days=later), works=works, name=name.strip()[:LONGEST_NAME])


def _digits(text: str) -> date | None:
    """The date of 20270101 or 20270101T000000Z."""
    return _date(text[:4], text[4:6], text[6:8])


def _date(year: str | None, month: str | None, day: str | None) -> date | None:
    try:
        return date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        return None
