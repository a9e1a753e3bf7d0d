"""Dates written in Chinese and in English. Pure."""

from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
FIRST_HAN = "\u2e80"


def is_chinese(text: str) -> bool:
    """Whether a text contains Chinese characters."""
    return any(char >= FIRST_HAN for char in text)


def format_date(day: date, *, chinese: bool) -> str:
    """2026年12月1日, or 1 December 2026."""
    if chinese:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
