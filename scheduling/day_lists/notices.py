"""The State Council's notice: “一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。”

Its wording differs from year to year. Facts that it has twice are compared: a weekday in brackets with the date, the
number of days with the dates, and the holidays with those that every year has.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from scheduling.day_lists.listed_days import DayListForm, Flaw, Item, ListedDay, date_of, span

HOLIDAYS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
NEW_YEAR = HOLIDAYS[0]
NUMERALS = "一二三四五六日天"
SATURDAY, DECEMBER = 5, 12

# All texts are NFKC: brackets, colons, commas and circled numbers have their narrow forms. 。 and 、 stay.
TITLE = re.compile(r"(关于(\d{4})年\S{0,12}节假日\S{0,8}通知)")
YEAR = re.compile(r"(\d{4})年")
BLOCK = re.compile(r"</?(?:p|br|div|li|ul|ol|tr|td|h\d|section|article)\b[^>]*>", re.IGNORECASE)
TAG = re.compile(r"<[^<>]{1,500}>")
HEADING = re.compile(r"(?:[一二三四五六七八九十]+、|\(?\d{1,2}[.、)]?)?([^:,0-9]{2,16}):")
NAME = re.compile(rf"{'|'.join(HOLIDAYS)}|节|纪念日|假期")
DATE = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?"
SPAN = re.compile(rf"{DATE}(?:(?:至|到|[-—–~]+){DATE})?")
BARE = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^()]*\))?"
LIST = rf"{BARE}(?:(?:至|到|[-—–~]+|、|和|及){BARE})*"
CLAUSE = re.compile(rf"({LIST})(?:\([^()]*\))?(?:均|也|为|照常|正常|全天)*(放假|补休|公休|调休|休息|上班)")
COUNT = re.compile(r"(?:放假|共)(\d+)天")
WEEKDAY = re.compile(rf"(?:周|星期)([{NUMERALS}])")
# Advice to employers, and the first day after a holiday: neither changes a day.
ADVICE = re.compile(r"鼓励|可以|建议|带薪年休假")
FROM_THEN = re.compile(rf"{BARE}起(?:照常|正常|恢复)?(?:上班|工作)")
SPEAKS_OF_DAYS = re.compile(r"放假|补休|公休|上班|假期|休息")
ANY_DATE = re.compile(r"\d{1,2}日")


class Notice(DayListForm):
    """Sentences, a holiday in each paragraph."""

    name = "notice"

    def recognises(self, text: str) -> bool:
        plain = plain_text(text)
        return any(CLAUSE.search(sentence) for _number, sentence in _sentences(plain))

    def title(self, text: str) -> str:
        match = TITLE.search("".join(plain_text(text).split()))
        return f"国务院办公厅{match[1]}" if match and "国务院办公厅" in text else match[1] if match else ""

    def is_whole(self, text: str) -> bool:
        return not _lacking(text)

    def read(self, text: str) -> Iterator[Item]:
        plain = plain_text(text)
        stated = TITLE.search("".join(plain.split()))
        other = YEAR.search(plain)
        year = int(stated[2]) if stated else int(other[1]) if other else 0
        if not year:
            yield Flaw(code="no_year", words=_("The notice does not say its year. Copy its title too."))
            return
        name = ""
        for number, sentence in _sentences(plain):
            name = _holiday(sentence) or name
            yield from _Sentence(number=number, text=sentence, year=year, name=name).read()
        lacking = _lacking(text)
        if stated and lacking:
            fault = _("The notice says nothing of %(names)s, so %(year)d does not count as known. Is it whole?")
            yield Flaw(code="not_whole", words=fault % {"names": "、".join(lacking), "year": year}, is_doubt=True)


def plain_text(text: str) -> str:
    """A text without HTML, in narrow forms, and without blanks inside its lines."""
    text = html.unescape(TAG.sub("", BLOCK.sub("\n", text)))
    text = unicodedata.normalize("NFKC", text)
    return "\n".join(re.sub(r"\s+", "", line) for line in text.splitlines())


def _lacking(text: str) -> list[str]:
    """The holidays of every year that no paragraph is about."""
    names = [_holiday(sentence) for _number, sentence in _sentences(plain_text(text))]
    return [name for name in HOLIDAYS if not any(name in holiday for holiday in names)]


def _holiday(sentence: str) -> str:
    """The holiday that a paragraph begins with; empty if it begins otherwise."""
    match = HEADING.match(sentence)
    return match[1] if match and NAME.search(match[1]) else ""


def _sentences(plain: str) -> Iterator[tuple[int, str]]:
    """The sentences with the number of the line in which they begin; a line may end inside of one."""
    held, since = "", 1
    for number, line in enumerate(plain.splitlines(), 1):
        if held and (held[-1] in ":;" or _holiday(line) or not line):
            yield since, held
            held = ""
        if not held:
            since = number
        *whole, held = re.split("。|;", held + line)
        for sentence in whole:
            if sentence:
                yield since, sentence
        if whole:
            since = number
    if held:
        yield since, held


@dataclass(kw_only=True)
class _Sentence:
    """A sentence, and the days that it states."""

    number: int
    text: str
    year: int
    name: str
    off: list[date] = field(default_factory=list)

    def read(self) -> Iterator[Item]:
        if ADVICE.search(self.text):
            return
        text = FROM_THEN.sub("", self.text)
        end = 0
        clauses = list(CLAUSE.finditer(text))
        rest = CLAUSE.sub("", text)
        for number, clause in enumerate(clauses):
            end = clauses[number + 1].start() if number + 1 < len(clauses) else len(text)
            yield from self._days(clause[1], works=clause[2] == "上班")
            yield from self._count(text[clause.start(2) : end])
        if ANY_DATE.search(rest) and SPEAKS_OF_DAYS.search(rest):
            fault = _("Line %(number)d is not understood: “%(text)s”. Enter its days yourself.")
            values = {"number": self.number, "text": self.text[:60]}
            yield Flaw(code="not_understood", words=fault % values, is_doubt=True)

    def _days(self, dates: str, *, works: bool) -> Iterator[Item]:
        """The days of a list of dates and spans; a month and a year go on to the dates after it."""
        month = ""
        for match in SPAN.finditer(dates):
            first, last = list(match.groups()[:4]), list(match.groups()[4:])
            first[1] = first[1] or month
            last[1] = last[1] or first[1]
            month = last[1] if match[7] else first[1]
            start, end = self._dated(first, last if match[7] else first)
            for day, weekday in ((start, first[3]), (end, last[3] if match[7] else None)):
                yield from self._weekday(day, weekday or "")
            for item in span(self.number, start, end, works=works, name=self.name):
                if isinstance(item, ListedDay):
                    yield from self._listed(item)
                else:
                    yield item

    def _dated(self, first: list[str | None], last: list[str | None]) -> tuple[date | None, date | None]:
        """The dates of a span. A December in the paragraph of New Year is that of the year before."""
        december = str(DECEMBER)
        before = NEW_YEAR in self.name and first[1] == december and not first[0]
        year = int(first[0] or self.year) - (1 if before else 0)
        ends = int(last[0]) if last[0] else year + (1 if first[1] == december and last[1] != december else 0)
        return date_of(year, first[1], first[2]), date_of(ends, last[1], last[2])

    def _listed(self, day: ListedDay) -> Iterator[Item]:
        yield day
        if not day.works:
            self.off.append(day.date)
        elif day.date.weekday() < SATURDAY:
            text = _("Line %(number)d: %(date)s is a make-up day, but it is a %(weekday)s, which works anyway.")
            yield self._doubt("made_up_weekday", text, day.date)

    def _weekday(self, day: date | None, text: str) -> Iterator[Flaw]:
        stated = WEEKDAY.search(text)
        if day is not None and stated and min(NUMERALS.index(stated[1]), 6) != day.weekday():
            text = _("Line %(number)d: %(date)s is a %(weekday)s, but the notice says %(stated)s.")
            yield self._doubt("weekday", text, day, stated=stated[0])

    def _count(self, text: str) -> Iterator[Flaw]:
        match = COUNT.search(text)
        if match and self.off and int(match[1]) != len(set(self.off)):
            text = _("Line %(number)d: the notice says %(stated)s days, but its dates are %(count)d.")
            values = {"number": self.number, "stated": match[1], "count": len(set(self.off))}
            yield Flaw(code="count", words=text % values, is_doubt=True)

    def _doubt(self, code: str, template: str, day: date, **values: str) -> Flaw:
        named = {"number": self.number, "date": day.isoformat(), "weekday": WEEKDAYS[day.weekday()], **values}
        return Flaw(code=code, words=template % named, is_doubt=True)
