"""What an answer means: text as it was typed → the value of a typed slot, or None where it does not fit. Pure."""

import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

YES = frozenset(
    [
        "yes",
        "y",
        "yeah",
        "ok",
        "okay",
        "sure",
        "是",
        "是的",
        "对",
        "对的",
        "好",
        "好的",
        "可以",
        "行",
        "嗯",
        "确认",
        "同意",
        "要",
        "是啊",
        "对啊",
        "好啊",
    ]
)
NO = frozenset(
    [
        "no",
        "n",
        "nope",
        "否",
        "不",
        "不是",
        "不要",
        "不行",
        "不可以",
        "不同意",
        "不用",
        "没有",
        "不对",
        "不好",
        "不了",
        "没",
    ]
)
DAYS = {"今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2, "昨天": -1, "yesterday": -1}
FULL_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
SHORT_DATE = re.compile(r"(\d{1,2})\s*[-/月]\s*(\d{1,2})\s*[日号]?")
WHOLE = re.compile(r"[+-]?\d{1,12}")
PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
NUMBERED = re.compile(r"[(]?(\d{1,2})\s*[.)、]?")
UNKEEPABLE = re.compile("[\0\ud800-\udfff]")  # what no database column holds
INVISIBLE = "\u200b\u200c\u2060"  # a message of nothing else is empty to the platform
INVISIBLE_RUN = re.compile(f"([{INVISIBLE}])[{INVISIBLE}]+")
CHINESE_NUMBERS = {char: str(number) for number, char in enumerate("一二三四五六七八九十", start=1)}


class SlotType(StrEnum):
    """What kind of answer is asked for."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    YES_NO = "yes_no"
    DATE = "date"
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several answers: what is kept, what is shown, and what else people may write for it."""

    value: str
    label: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Slot:
    """What to ask for. `minimum` and `maximum` count characters of a text, or bound a number; both may be None."""

    name: str
    type: SlotType = SlotType.TEXT
    choices: tuple[Choice, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    retry_text: str = ""
    retries: int = 2

    def read(self, text: str, *, today: date) -> str | None:
        """The value as it is kept (numbers in digits, dates as 2026-11-25, yes or no), or None if it does not fit."""
        return None if UNKEEPABLE.search(text) else READERS[self.type](self, text, today)

    def label(self, value: str) -> str:
        """What people see for a value."""
        return next((choice.label for choice in self.choices if choice.value == value), value)


def parse_choices(lines: str) -> tuple[Choice, ...]:
    """Choices from lines like `value = label, other words`; the value may be left out."""
    return tuple(_choice(line) for line in lines.splitlines() if line.strip())


def _choice(line: str) -> Choice:
    value, _, rest = line.partition("=")
    words = [word.strip() for word in re.split(r"[,，]", rest or value) if word.strip()]
    label = words[0] if words else value.strip()
    return Choice(value=(value.strip() if rest else "") or label, label=label, words=tuple(words[1:]))


def numbered(labels: Iterable[str]) -> list[str]:
    """Labels as people see them, on buttons and in a list: each with the number that means it."""
    return [f"{number}. {label}" for number, label in enumerate(labels, start=1)]


def ordinal(text: str) -> int:
    """1 for "1", "1.", "(1)", "第一个" or "选一"; 0 for what is no number."""
    text = plain(text).removeprefix("第").removeprefix("选").removesuffix("个")
    found = NUMBERED.fullmatch(CHINESE_NUMBERS.get(text, text))
    return int(found[1]) if found else 0


def is_blank(text: str) -> bool:
    """Whether nobody would see anything of it."""
    return not text.strip(INVISIBLE + string.whitespace + "\u3000")


def plain(text: str) -> str:
    """Folded: full-width forms narrow, small letters, without blanks at the ends and a full stop."""
    return unicodedata.normalize("NFKC", text).casefold().strip().rstrip(".。!！")


def _text(slot: Slot, text: str, _: date) -> str | None:
    if is_blank(text):
        return None
    text = INVISIBLE_RUN.sub(r"\1", text.strip()).strip(INVISIBLE).strip()
    return text if text and _within(slot, len(text)) else None


def _chosen(slot: Slot, text: str, _: date) -> str | None:
    wanted = plain(text)
    for choice in slot.choices:
        if wanted in {plain(word) for word in (choice.value, choice.label, *choice.words)}:
            return choice.value
    number = ordinal(wanted)
    return slot.choices[number - 1].value if 0 < number <= len(slot.choices) else None


def _number(slot: Slot, text: str, _: date) -> str | None:
    text = plain(text).replace(",", "")
    return str(int(text)) if WHOLE.fullmatch(text) and _within(slot, int(text)) else None


def _yes_no(_: Slot, text: str, __: date) -> str | None:
    said, number = plain(text), ordinal(text)
    if said in YES or number == 1:
        return "yes"
    return "no" if said in NO or number == 2 else None


def _date(_: Slot, text: str, today: date) -> str | None:
    text = plain(text)
    if text in DAYS:
        return (today + timedelta(days=DAYS[text])).isoformat()
    if found := FULL_DATE.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = SHORT_DATE.fullmatch(text)
    return _day(today.year, int(found[1]), int(found[2])) if found else None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _phone(_: Slot, text: str, __: date) -> str | None:
    found = PHONE.fullmatch(re.sub(r"[\s()-]", "", plain(text)))
    return found[1] if found else None


def _email(_: Slot, text: str, __: date) -> str | None:
    text = unicodedata.normalize("NFKC", text).strip()
    return text if EMAIL.fullmatch(text) else None


def _within(slot: Slot, size: int) -> bool:
    return (slot.minimum is None or size >= slot.minimum) and (slot.maximum is None or size <= slot.maximum)


READERS: dict[SlotType, Callable[[Slot, str, date], str | None]] = {
    SlotType.TEXT: _text,
    SlotType.CHOICE: _chosen,
    SlotType.NUMBER: _number,
    SlotType.YES_NO: _yes_no,
    SlotType.DATE: _date,
    SlotType.PHONE: _phone,
    SlotType.EMAIL: _email,
}
