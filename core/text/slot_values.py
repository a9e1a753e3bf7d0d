"""Typed slots: parses the text that a member typed into a value, or None if it does not fit. Pure."""

import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

from core.text.chinese_numerals import parse_quantity
from core.text.clock_times import parse_clock
from core.text.date_times import parse_moment
from core.text.dates import format_moment
from core.text.relative_dates import day_of_year, parse_relative
from core.text.traditional import simplified

YES_WORDS = frozenset(
    [
        *("yes", "y", "yeah", "yep", "yup", "ok", "okay", "k", "sure", "of course", "yes please", "please do", "right"),
        *("correct", "confirm", "submit"),
        *(
            "是",
            "是的",
            "对",
            "对的",
            "对头",
            "好",
            "好的",
            "好滴",
            "好哒",
            "可以",
            "可以的",
            "行",
            "行的",
            "嗯",
            "嗯好",
            "恩",
            "没错",
            "没有错",
            "提交",
            "确认提交",
        ),
        *("确认", "确定", "同意", "要", "要的", "需要", "想", "想要", "当然", "没问题", "ok的", "👍", "👌"),
        # “Is it solved?”, “have you tried it?”
        *("有", "有的", "好了", "可以了", "行了", "解决了", "已解决", "搞定了", "修好了", "试过", "试过了", "已经"),
        *("solved", "fixed", "works", "works now", "it works", "it works now", "i have", "i did", "already"),
    ]
)
NO_WORDS = frozenset(
    [
        *("no", "n", "nope", "nah", "no thanks", "no thank you", "not now", "not really"),
        *("否", "不", "不是", "不是的", "不要", "不行", "不可以", "不同意", "不用", "不用了", "不要了", "没有", "不对"),
        *("不好", "不了", "没", "不需要", "不想", "算了", "不必", "不必了", "👎"),
        *("错了", "有误", "先不提交", "不提交", "wrong"),
        *("没好", "没有好", "还没好", "还没", "还没有", "还不行", "还是不行", "没用", "没有用", "没试过", "没有试过"),
        *("没解决", "没有解决", "还没解决", "not yet", "still not", "no luck", "not working", "still broken"),
        *("it doesn't work", "doesn't work", "it didn't work", "didn't work", "i haven't", "i have not", "i didn't"),
    ]
)
FULL_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{4})(\d{2})(\d{2})")
SHORT_DATE = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
WEEKDAY_BESIDE = re.compile(r"(?<=[\d日号])\s*\(?[下这本]?(?:周|星期|礼拜)[一二三四五六日天]\)?$")  # 12月1日（周二）
OPENING = re.compile(r"^(?:那?就|从|在|from )\s*")
SKIN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")  # variants of an emoji
PARTICLES = re.compile(r"[\s啊呀哦噢呢吧啦哈嘛哟呗~～,，!！.。…]+$")
ECHOED = re.compile(r"^(.)\1+$")  # 嗯嗯, 好好好
PHONE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
USER_ID = re.compile(r"[^\s|]{1,64}")
NUMBER_OF_ROW = re.compile(r"[1-9][0-9]{0,17}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
ORDINAL = re.compile(r"[(]?(\d{1,2})\s*[.)、]?")
WRITTEN_MOMENT = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d(?:[+-]\d{2}:\d{2})?")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # no database column takes these
INVISIBLE = "\u200b\u200c\u2060"  # the platform treats a message of these alone as empty
INVISIBLE_RUN = re.compile(f"([{INVISIBLE}])[{INVISIBLE}]+")
CHINESE_NUMBERS = {char: str(number) for number, char in enumerate("一二三四五六七八九十", start=1)}


class SlotType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    YES_NO = "yes_no"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    PHONE = "phone"
    EMAIL = "email"
    MEMBER = "member"
    DEPARTMENT = "department"
    PICTURE = "picture"
    FILE = "file"


RECEIVED = (SlotType.PICTURE, SlotType.FILE)
"""Types that members send instead of writing them. `maximum` is in MB."""
LOOKED_UP = (SlotType.MEMBER, SlotType.DEPARTMENT, *RECEIVED)
"""Types whose values are found elsewhere; here they are checked for their form alone."""
TYPED = (
    *(SlotType.TEXT, SlotType.NUMBER, SlotType.DATE, SlotType.TIME, SlotType.DATETIME),
    *(SlotType.PHONE, SlotType.EMAIL),
)
"""Types whose values members write themselves."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several answers: the stored value, the shown label, and other words that members may type."""

    value: str
    label: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Slot:
    """The question: its type and limits. `minimum` and `maximum` limit the length of a text or the size of a number;
    None: no limit."""

    name: str
    type: SlotType = SlotType.TEXT
    choices: tuple[Choice, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    retry_text: str = ""
    retries: int = 2

    def parse(self, text: str, *, today: date, now: datetime | None = None) -> str | None:
        """The value to store, or None if the text does not fit: digits, yes or no, dates as 2026-11-25, times as 15:00,
        moments as 2026-11-25T15:00+08:00. Those count from `now`, in the member's zone; else from midnight, UTC.
        Members are user IDs, departments and files numbers."""
        now = now or datetime.combine(today, time(), tzinfo=UTC)
        return None if UNSTORABLE.search(text) else PARSERS[self.type](self, text, now)

    def label(self, value: str, *, language: str = "") -> str:
        """The label shown for a value; a moment is written out in this language."""
        if self.type == SlotType.DATETIME and WRITTEN_MOMENT.fullmatch(value):
            return format_moment(datetime.fromisoformat(value), chinese=language.startswith("zh"))
        return next((choice.label for choice in self.choices if choice.value == value), value)


def parse_choices(lines: str) -> tuple[Choice, ...]:
    """Choices from lines such as `value = label, other words`; the value is optional."""
    return tuple(_choice(line) for line in lines.splitlines() if line.strip())


def choice_lines(choices: Iterable[Choice]) -> str:
    """Choices as lines that `parse_choices` reads."""
    return "\n".join(f"{choice.value} = {', '.join((choice.label, *choice.words))}" for choice in choices)


def _choice(line: str) -> Choice:
    value, _, rest = line.partition("=")
    words = [word.strip() for word in re.split(r"[,，]", rest or value) if word.strip()]
    label = words[0] if words else value.strip()
    return Choice(value=(value.strip() if rest else "") or label, label=label, words=tuple(words[1:]))


def numbered_labels(labels: Iterable[str]) -> list[str]:
    """Labels with their numbers, as shown on buttons and in lists."""
    return [f"{number}. {label}" for number, label in enumerate(labels, start=1)]


def parse_ordinal(text: str) -> int:
    """1 for "1", "1.", "(1)", "第一个" or "选一"; 0 if the text is not an ordinal."""
    text = _read(text)
    for opening in ("我选", "我要", "选择", "选", "第", "number ", "no. ", "no.", "#"):
        text = text.removeprefix(opening).strip()
    for ending in ("个", "项", "号"):
        text = text.removesuffix(ending)
    match = ORDINAL.fullmatch(CHINESE_NUMBERS.get(text, text))
    return int(match[1]) if match else 0


def is_blank(text: str) -> bool:
    """Whether a text has no visible characters."""
    return not text.strip(INVISIBLE + string.whitespace + "\u3000")


def fold_text(text: str) -> str:
    """A text for comparison: narrow forms, lower case, without surrounding blanks and final full stop."""
    return unicodedata.normalize("NFKC", text).casefold().strip().rstrip(".。!！")


def _read(text: str) -> str:
    """A folded text as it is understood: 週 and 周 are the same."""
    return simplified(fold_text(text))


def _text(slot: Slot, text: str, _: datetime) -> str | None:
    if is_blank(text):
        return None
    text = INVISIBLE_RUN.sub(r"\1", text.strip()).strip(INVISIBLE).strip()
    return text if text and _within(slot, len(text)) else None


def _chosen(slot: Slot, text: str, _: datetime) -> str | None:
    wanted = _read(text)
    for choice in slot.choices:
        if wanted in {_read(word) for word in (choice.value, choice.label, *choice.words)}:
            return choice.value
    number = parse_ordinal(wanted)
    return slot.choices[number - 1].value if 0 < number <= len(slot.choices) else None


def _number(slot: Slot, text: str, _: datetime) -> str | None:
    value = parse_quantity(PARTICLES.sub("", _read(text)))
    if value is None or not _within(slot, value):
        return None
    value = value.quantize(Decimal(1)) + 0 if value == value.to_integral_value() else value.normalize()
    return f"{value:f}"


def _yes_no(_: Slot, text: str, __: datetime) -> str | None:
    said, number = SKIN.sub("", _read(text)).replace("’", "'"), parse_ordinal(text)
    bare = PARTICLES.sub("", re.sub(r"[\s,，]+", " ", said))
    forms = {said, bare, ECHOED.sub(r"\1", bare)}
    if forms & YES_WORDS or number == 1:
        return "yes"
    return "no" if forms & NO_WORDS or number == 2 else None


def _date(_: Slot, text: str, now: datetime) -> str | None:
    day = _read_day(_read(text), now.date())
    return day.isoformat() if day else None


def _time(_: Slot, text: str, __: datetime) -> str | None:
    clock = parse_clock(_read(text))
    return f"{clock.time:%H:%M}" if clock else None


def _moment(_: Slot, text: str, now: datetime) -> str | None:
    moment = parse_moment(_read(text), now=now, read_day=lambda day: _read_day(day, now.date()))
    return moment.isoformat(timespec="minutes") if moment else None


def _read_day(text: str, today: date) -> date | None:
    text = WEEKDAY_BESIDE.sub("", PARTICLES.sub("", OPENING.sub("", text)))
    if match := FULL_DATE.fullmatch(text):
        year, month, day = (int(part) for part in match.groups() if part)
        return _day(year, month, day)
    if match := SHORT_DATE.fullmatch(text):
        return day_of_year(int(match[1]), int(match[2]), today=today)
    try:
        return parse_relative(text, today=today)
    except OverflowError:
        return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _phone(_: Slot, text: str, __: datetime) -> str | None:
    match = PHONE.fullmatch(re.sub(r"[\s()-]", "", fold_text(text)))
    return match[1] if match else None


def _email(_: Slot, text: str, __: datetime) -> str | None:
    text = unicodedata.normalize("NFKC", text).strip().rstrip(".。,;；")
    return text if EMAIL.fullmatch(text) else None


def _member(_: Slot, text: str, __: datetime) -> str | None:
    return text.strip().lower() if USER_ID.fullmatch(text.strip()) else None


def _row(_: Slot, text: str, __: datetime) -> str | None:
    return text.strip() if NUMBER_OF_ROW.fullmatch(text.strip()) else None


def _within(slot: Slot, size: int | Decimal) -> bool:
    return (slot.minimum is None or size >= slot.minimum) and (slot.maximum is None or size <= slot.maximum)


PARSERS: dict[SlotType, Callable[[Slot, str, datetime], str | None]] = {
    SlotType.TEXT: _text,
    SlotType.CHOICE: _chosen,
    SlotType.NUMBER: _number,
    SlotType.YES_NO: _yes_no,
    SlotType.DATE: _date,
    SlotType.TIME: _time,
    SlotType.DATETIME: _moment,
    SlotType.PHONE: _phone,
    SlotType.EMAIL: _email,
    SlotType.MEMBER: _member,
    SlotType.DEPARTMENT: _row,
    SlotType.PICTURE: _row,
    SlotType.FILE: _row,
}
