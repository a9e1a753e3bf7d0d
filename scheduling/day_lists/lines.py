"""Lines like “2027-02-05..2027-02-11 休 春节”, or CSV with the same columns and perhaps a heading."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from scheduling.day_lists.listed_days import DayListForm, Flaw, Item, date_of, span

DATE = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
LINE = re.compile(rf"\s*{DATE}(?:\s*(?:\.\.|—|–|~|至|到|to)\s*{DATE})?[\s,;，；|]*(.*)")
WORKS = re.compile(r"班|上课|\b(work|working|works|yes|true|1)\b", re.IGNORECASE)
OFF = re.compile(r"休|假|\b(off|holiday|rest|no|false|0)\b", re.IGNORECASE)


class Lines(DayListForm):
    """A date or a span in each line, its kind, and its name."""

    name = "lines"

    def recognises(self, text: str) -> bool:
        return True

    def read(self, text: str) -> Iterator[Item]:
        first = True
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            match = LINE.fullmatch(line.replace('"', ""))
            heading, first = first and not re.search(r"\d", line), False
            if match is not None:
                *numbers, rest = match.groups()
                yield from _span_of_line(number, numbers, rest.strip())
            elif not heading:
                fault = _("Line %(number)d has no date at its beginning: “%(line)s”. Write it like 2027-01-01 休 元旦.")
                yield Flaw(code="no_date", words=fault % {"number": number, "line": line.strip()[:40]})


def _span_of_line(number: int, numbers: list[str | None], rest: str) -> Iterator[Item]:
    kind, _comma, name = re.sub(r"[\s,;，；|]+", " ", rest).partition(" ")
    works, off = bool(WORKS.search(kind)), bool(OFF.search(kind))
    if works == off:
        fault = _("Line %(number)d does not say whether the day works. Write 休 or 班 after the date.")
        yield Flaw(code="no_kind", words=fault % {"number": number})
        return
    start = date_of(*numbers[:3])
    end = date_of(*numbers[3:]) if numbers[3] else start
    yield from span(number, start, end, works=works, name=name)
