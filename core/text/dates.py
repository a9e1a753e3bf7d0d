"""Dates and moments written in Chinese and in English. Pure."""

from datetime import date, datetime

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_HAN = "\u2e80"


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
