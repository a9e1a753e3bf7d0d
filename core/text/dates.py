"""Dates and moments written in Chinese and in English, and the dates that files and forms hold. Pure."""

import re
import unicodedata
from datetime import date, datetime, timedelta

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_HAN = "\u2e80"
FULL_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[t\s]\s*[\d:.]+z?)?")
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3,9})\.?,?\s+(\d{4})")
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
SERIAL = re.compile(r"\d{5}(?:\.0+)?")
EXCEL_EPOCH = date(1899, 12, 30)  # Excel takes 1900 for a leap year, so that serials from March 1900 count from here


def is_chinese(text: str) -> bool:
    """Whether a text contains Chinese characters."""
    return any(char >= FIRST_HAN for char in text)


def format_date(day: date, *, chinese: bool) -> str:
    """2026年12月1日, or 1 December 2026."""
    if chinese:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_moment(moment: datetime, *, chinese: bool) -> str:
    """2026年12月7日（周一）15:00, or Monday, 7 December 2026, 15:00."""
    day, clock = format_date(moment.date(), chinese=chinese), f"{moment:%H:%M}"
    if chinese:
        return f"{day}（周{'一二三四五六日'[moment.weekday()]}）{clock}"
    return f"{DAYS[moment.weekday()]}, {day}, {clock}"


def written_date(text: str) -> date | None:
    """The date that a cell of a file holds: 2026-12-01, 2026/12/1, 2026年12月1日, 1 December 2026, or Excel's number.

    None if it has another form; 01/09/2026 could be two days. Raises `ValueError` for a day that does not exist.
    """
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    if SERIAL.fullmatch(text):
        return EXCEL_EPOCH + timedelta(days=int(float(text)))
    if match := FULL_DATE.fullmatch(text) or COMPACT_DATE.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := DAY_FIRST.fullmatch(text):
        year, month, day = match[3], _month(match[2]), match[1]
    elif match := MONTH_FIRST.fullmatch(text):
        year, month, day = match[3], _month(match[1]), match[2]
    else:
        return None
    return date(int(year), month, int(day)) if month else None


def _month(word: str) -> int:
    """The number of a month, from its name or the first three or four letters; 0 if it is none."""
    names = [name.casefold() for name in MONTHS]
    return next((number for number, name in enumerate(names, start=1) if word in (name, name[:3], name[:4])), 0)
