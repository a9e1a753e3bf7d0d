"""Moments as people say them: 下周一下午三点, 明早9点半, tomorrow at 3, next Monday 15:00, in half an hour. Pure."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from core.text.chinese_numerals import parse_numeral
from core.text.clock_times import ClockTime, parse_clock

LONGEST = 48  # characters; longer texts hold more than a moment
NOW = ("现在", "马上", "立刻", "now", "right now")
TOGETHER = (  # a day and a part of it in one word, taken apart
    (re.compile("^([今明])(早|晚)上?"), r"\1天\2上"),
    (re.compile(r"\btonight\b"), "this evening"),
)
THIS_PART = re.compile(r"\bthis (morning|afternoon|evening)\b")
HAN_LATER = re.compile(r"(?:过)?(半|[0-9零一二两三四五六七八九十]{1,4})个?(半)?个?(小时|钟头|分钟)(?:后|以后|之后)")
LATIN_LATER = re.compile(r"in (half an|an|a|\d{1,3}) (hour|minute|min)s?")
JOINTS = " ,，的"


def parse_moment(text: str, *, now: datetime, read_day: Callable[[str], date | None]) -> datetime | None:
    """The moment that a folded text means, in the zone of `now`; None for a day without a time, and for other texts.

    `read_day` reads days like “next Monday”. A time without a day is the next such time.
    """
    if len(text) > LONGEST:
        return None
    if text in NOW:
        return now.replace(second=0, microsecond=0)
    try:
        if (exact := _written(text, now)) is not None:
            return exact
        return _later(text, now) or _next_time(text, now) or _on_day(text, now, read_day)
    except OverflowError:
        return None


def _written(text: str, now: datetime) -> datetime | None:
    """2026-12-07T15:00+08:00, as it is stored."""
    if "t" not in text or not text[:4].isdecimal():
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _later(text: str, now: datetime) -> datetime | None:
    """Some hours or minutes from now."""
    if match := HAN_LATER.fullmatch(text):
        count = 0.5 if match[1] == "半" else float(match[1] if match[1].isdecimal() else parse_numeral(match[1]) or 0)
        minutes = (count + (0.5 if match[2] else 0)) * (1 if match[3] == "分钟" else 60)
    elif match := LATIN_LATER.fullmatch(text):
        count = {"half an": 0.5, "an": 1, "a": 1}.get(match[1]) or float(match[1])
        minutes = count * (60 if match[2] == "hour" else 1)
    else:
        return None
    later = (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)
    return later.replace(second=0, microsecond=0) if minutes else None


def _next_time(text: str, now: datetime) -> datetime | None:
    clock = parse_clock(text)
    moment = _at(now.date(), clock, now) if clock else None
    return moment if moment is None or moment > now else moment + timedelta(days=1)


def _on_day(text: str, now: datetime, read_day: Callable[[str], date | None]) -> datetime | None:
    """A day and a time, in either order."""
    for pattern, apart in TOGETHER:
        text = pattern.sub(apart, text)
    # “This evening at 8” and “8 this evening” want the day at different sides of the part.
    for wording in dict.fromkeys((THIS_PART.sub(r"today \1", text), THIS_PART.sub(r"in the \1 today", text))):
        for place in range(1, len(wording)):
            if wording[place - 1].isdecimal() and wording[place].isdecimal():
                continue  # not within a number
            before, after = wording[:place].strip(JOINTS), wording[place:].strip(JOINTS)
            moment = _joined(before, after, now, read_day) or _joined(after, before, now, read_day)
            if moment is not None:
                return moment
    return None


def _joined(day_text: str, time_text: str, now: datetime, read_day: Callable[[str], date | None]) -> datetime | None:
    day = read_day(day_text)
    clock = parse_clock(time_text) if day else None
    return _at(day, clock, now) if day and clock else None


def _at(day: date, clock: ClockTime, now: datetime) -> datetime:
    return datetime.combine(day + timedelta(days=clock.days), clock.time, tzinfo=now.tzinfo)
