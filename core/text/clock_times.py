"""Times of day as people say them: 下午三点半, 15:00, 早上9点, half past three, 3 pm, noon. Pure.

Without “am”, 上午 or the like, an hour from 1 to 6 is meant in the afternoon: “at 3” is 15:00, “03:00” is at night.
"""

import re
from dataclasses import dataclass
from datetime import time

from core.text.chinese_numerals import parse_numeral

NIGHT, MORNING, NOON, AFTERNOON, EVENING = "night", "morning", "noon", "afternoon", "evening"
PARTS = {
    **dict.fromkeys(("凌晨", "半夜", "am"), NIGHT),  # 12 am is midnight, but 上午12点 is noon
    **dict.fromkeys(("清晨", "早上", "早晨", "早", "上午", "morning"), MORNING),
    **dict.fromkeys(("中午", "正午"), NOON),
    **dict.fromkeys(("下午", "午后", "傍晚", "pm", "afternoon"), AFTERNOON),
    **dict.fromkeys(("晚上", "晚间", "夜里", "晚", "evening", "night"), EVENING),
}
WHOLE = {"中午": time(12), "正午": time(12), "noon": time(12), "midday": time(12), "午夜": time(0), "midnight": time(0)}
HAN_PART = "|".join(part for part in PARTS if not part.isascii())
HAN_NUMBER = "[0-9零〇一二两三四五六七八九十]{1,3}"
HAN_TIME = re.compile(rf"({HAN_PART})?\s*({HAN_NUMBER})\s*[点點时](?:钟|整|半|(一刻|三刻|{HAN_NUMBER})分?)?")
DIGITS_TIME = re.compile(rf"({HAN_PART})?\s*(\d{{1,2}})[:.](\d{{2}})(?::\d{{2}})?\s*(am|pm)?")
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
HOURS = {word: hour for hour, word in enumerate(WORDS, start=1)}
HOUR = rf"(\d{{1,2}}|{'|'.join(WORDS)})"
BARE_TIME = re.compile(rf"{HOUR}\s*(?:o'clock|o’clock)?\s*(am|pm)?")
PAST_TIME = re.compile(rf"(half|a quarter|quarter|ten|five|twenty|\d{{1,2}}) (past|to) {HOUR}\s*(am|pm)?")
MINUTES = {"half": 30, "a quarter": 15, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}
LEADING_PART = re.compile(r"(?:in the )?(morning|afternoon|evening),? (?:at )?(.+)")
TRAILING_PART = re.compile(r"(.+?),? (?:in the (morning|afternoon|evening)|at (night))")


@dataclass(frozen=True, kw_only=True)
class ClockTime:
    """A time of day; `days` is 1 for midnight at the end of an evening (晚上12点)."""

    time: time
    days: int = 0


def parse_clock(text: str) -> ClockTime | None:
    """The time of day that a folded text means; None for another text, and for hours that may mean two (晚上3点)."""
    text = text.replace("a.m.", "am").replace("p.m.", "pm").replace("a.m", "am").replace("p.m", "pm")
    text = text.removeprefix("at ").strip()
    if text in WHOLE:
        return ClockTime(time=WHOLE[text])
    if match := LEADING_PART.fullmatch(text):
        return _latin(match[2], PARTS[match[1]])
    if match := TRAILING_PART.fullmatch(text):
        return _latin(match[1], PARTS[match[2] or match[3]])
    return _han(text) or _latin(text, "")


def _han(text: str) -> ClockTime | None:
    match = HAN_TIME.fullmatch(text)
    if match is None:
        return None
    hour = _number(match[2])
    minute = 30 if "半" in text[match.end(2) :] else {"一刻": 15, "三刻": 45}.get(match[3] or "", _number(match[3]))
    return _clock(hour, minute, PARTS.get(match[1] or "", ""))


def _latin(text: str, part: str) -> ClockTime | None:
    if match := DIGITS_TIME.fullmatch(text):
        part = PARTS.get(match[1] or match[4] or "", part)
        is_padded = match[2].startswith("0") and not part
        return _clock(int(match[2]), int(match[3]), part, as_written=is_padded)
    if match := PAST_TIME.fullmatch(text):
        hour, minutes = _hour(match[3]), MINUTES.get(match[1]) or int(match[1])
        clock = _clock(hour, 0, PARTS.get(match[4] or "", part))
        return None if clock is None or minutes > 59 else _shifted(clock, minutes if match[2] == "past" else -minutes)
    if match := BARE_TIME.fullmatch(text):
        return _clock(_hour(match[1]), 0, PARTS.get(match[2] or "", part))
    return None


def _shifted(clock: ClockTime, minutes: int) -> ClockTime:
    total = (clock.time.hour * 60 + clock.time.minute + minutes) % (24 * 60)
    return ClockTime(time=time(*divmod(total, 60)), days=clock.days)


def _clock(hour: int | None, minute: int | None, part: str, *, as_written: bool = False) -> ClockTime | None:
    if hour is None or minute is None or hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    if hour in (0, 24) or hour > 12 or as_written:
        return ClockTime(time=time(hour % 24, minute), days=hour // 24)
    if part == EVENING:
        if hour < 5:
            return None
        return ClockTime(time=time((hour + 12) % 24, minute), days=hour // 12)
    if part == NIGHT:
        return ClockTime(time=time(hour % 12, minute))
    later = part == AFTERNOON or (part == NOON and hour < 10) or (not part and hour < 7)
    return ClockTime(time=time(hour + 12 if later and hour < 12 else hour, minute))


def _hour(text: str) -> int:
    return HOURS.get(text) or int(text)


def _number(text: str | None) -> int | None:
    if text is None:
        return 0
    if text.isdecimal():
        return int(text)
    value = parse_numeral(text)
    return None if value is None else int(value)
