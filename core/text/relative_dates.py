"""Days as people say them: 下周一, 周五, 三天后, 15号, next Monday, in 3 days, 1 December. Pure."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from core.text.chinese_numerals import parse_numeral
from core.text.dates import MONTHS

DAY_WORDS = {
    **{
        "今天": 0,
        "今日": 0,
        "今儿": 0,
        "明天": 1,
        "明日": 1,
        "明儿": 1,
        "后天": 2,
        "大后天": 3,
        "昨天": -1,
        "前天": -2,
    },
    **{"today": 0, "tomorrow": 1, "tmr": 1, "the day after tomorrow": 2, "yesterday": -1},
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HAN_WEEKDAY = re.compile(r"(上|这|本|下|下下)?个?(?:周|星期|礼拜)([一二三四五六日天])")
LATIN_WEEKDAY = re.compile(r"(?:on )?(?:(this|next|last|coming) )?([a-z]{3,9})")
HAN_AFTER = re.compile(r"(?:过)?([0-9零〇一二两三四五六七八九十]{1,4})(天|周|个?星期|个?礼拜)(?:后|以后|之后)")
LATIN_AFTER = re.compile(r"in (\d{1,3}|a|one|two|three) (day|week)s?")
HAN_DAY = re.compile(r"(这|本|下)?个?月?([0-9一二三四五六七八九十]{1,3})[号日]")
HAN_DATE = re.compile(
    r"(去年|今年|明年|后年)?([0-9一二三四五六七八九十]{1,2})月([0-9一二三四五六七八九十]{1,3})[号日]?"
)
HAN_MONTH_END = re.compile(r"(这|本|下)?个?月(?:底|末)")
DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})\.?(?:,? (\d{4}))?")
MONTH_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?")
SMALL = {"a": 1, "one": 1, "two": 2, "three": 3}
YEARS = {"去年": -1, "今年": 0, "明年": 1, "后年": 2}
LONG_AGO = 183  # days: a day without a year that is longer ago is meant to come
WEEKS = {"上": -1, "这": 0, "本": 0, "下": 1, "下下": 2, "last": -1, "this": 0, "next": 1}


def parse_relative(text: str, *, today: date) -> date | None:
    """The day that a folded text means, counted from `today`; None for another text.

    A weekday alone is the next one, today included; “next Monday” is the one of next week.
    """
    if text in DAY_WORDS:
        return today + timedelta(days=DAY_WORDS[text])
    for pattern, read in READERS:
        match = pattern.fullmatch(text)
        day = read(match, today) if match else None
        if day is not None:
            return day
    return None


def day_of_year(month: int, day: int, *, today: date) -> date | None:
    """A day without a year: of this one, or of the next if it is long ago, like 1月5日 in November."""
    this = _day(today.year, month, day)
    if this is not None and (today - this).days <= LONG_AGO:
        return this
    return _day(today.year + 1, month, day)


def _han_weekday(match: re.Match[str], today: date) -> date:
    return _weekday(match[1], "一二三四五六日".index(match[2].replace("天", "日")), today)


def _latin_weekday(match: re.Match[str], today: date) -> date | None:
    names = [number for number, name in enumerate(WEEKDAYS) if name.startswith(match[2])]
    return _weekday(match[1], names[0], today) if len(names) == 1 else None


def _weekday(week: str | None, number: int, today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    if week in WEEKS:
        return monday + timedelta(days=7 * WEEKS[week] + number)
    return today + timedelta(days=(number - today.weekday()) % 7)


def _han_after(match: re.Match[str], today: date) -> date | None:
    count = _number(match[1])
    return None if count is None else today + timedelta(days=count * (1 if match[2] == "天" else 7))


def _latin_after(match: re.Match[str], today: date) -> date:
    count = SMALL.get(match[1]) or int(match[1])
    return today + timedelta(days=count * (1 if match[2] == "day" else 7))


def _han_day(match: re.Match[str], today: date) -> date | None:
    """15号: of this month, or of the next one if it is over."""
    number = _number(match[2])
    if number is None:
        return None
    later = match[1] == "下" or (match[1] is None and number < today.day)
    month = today.month + later
    return _day(today.year + month // 13, (month - 1) % 12 + 1, number)


def _han_date(match: re.Match[str], today: date) -> date | None:
    month, day = _number(match[2]), _number(match[3])
    if month is None or day is None:
        return None
    return _day(today.year + YEARS[match[1]], month, day) if match[1] else day_of_year(month, day, today=today)


def _han_month_end(match: re.Match[str], today: date) -> date:
    month = today.month + (match[1] == "下")
    first_after = date(today.year + month // 12, month % 12 + 1, 1)
    return first_after - timedelta(days=1)


def _day_month(match: re.Match[str], today: date) -> date | None:
    return _named(match[2], match[1], match[3], today)


def _month_day(match: re.Match[str], today: date) -> date | None:
    return _named(match[1], match[2], match[3], today)


def _named(name: str, day: str, year: str | None, today: date) -> date | None:
    months = [number for number, month in enumerate(MONTHS, start=1) if month.casefold().startswith(name)]
    if len(months) != 1:
        return None
    return _day(int(year), months[0], int(day)) if year else day_of_year(months[0], int(day), today=today)


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    value = parse_numeral(text)
    return None if value is None else int(value)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = (
    (HAN_WEEKDAY, _han_weekday),
    (HAN_AFTER, _han_after),
    (HAN_DAY, _han_day),
    (HAN_DATE, _han_date),
    (HAN_MONTH_END, _han_month_end),
    (LATIN_WEEKDAY, _latin_weekday),
    (LATIN_AFTER, _latin_after),
    (DAY_MONTH, _day_month),
    (MONTH_DAY, _month_day),
)
