"""Calendar files (ICS). An event without 班 in its title is a day off."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from scheduling.day_lists.listed_days import DayListForm, Item, date_of, span


class CalendarFile(DayListForm):
    """Whole days as events."""

    name = "ics"

    def recognises(self, text: str) -> bool:
        return "BEGIN:VCALENDAR" in text

    def read(self, text: str) -> Iterator[Item]:
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

    def title(self, text: str) -> str:
        match = re.search(r"^X-WR-CALNAME:(.*)$", text, re.MULTILINE)
        return match[1].strip() if match else ""


def _event(number: int, event: dict[str, str]) -> Iterator[Item]:
    title = event.get("SUMMARY", "").replace("\\,", ",")
    start, after = (_digits(event.get(key, "")) for key in ("DTSTART", "DTEND"))
    end = after - timedelta(days=1) if start and after and after > start else start
    yield from span(number, start, end, works=bool(re.search(r"班|work", title, re.IGNORECASE)), name=title)


def _digits(text: str) -> date | None:
    """The date of 20270101 or 20270101T000000Z."""
    return date_of(text[:4], text[4:6], text[6:8])
