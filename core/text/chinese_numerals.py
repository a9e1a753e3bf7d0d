"""Numbers as people write them: 一百二十, 两千零五, 三点五, 一万二; with units: 3 days, 三天半. Pure."""

import re
from decimal import Decimal

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
DIGIT = f"[{''.join(DIGITS)}]"
PLAIN_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,6})?")
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ENGLISH = {word: Decimal(number) for number, word in enumerate(WORDS, start=1)}
# A week or a month is no unit here: where days are asked for, it would count as one.
UNIT = re.compile(r"(?:块钱|个人?|[元块天人次岁位件页份]|小时|分钟|yuan|days?|hours?|people)$")
NEARLY = re.compile(r"^(?:大概|大约|差不多|约|about|around)\s*")
HALF = re.compile(r"半(?:天|个?小时|个)?|half(?: an?)?(?: day| hour)?")
HALF_MORE = re.compile(r"(.+?)(?:天|个?小时|个|块)半")
NUMERAL = re.compile(rf"(负?)([{''.join([*DIGITS, *TENS, *MYRIADS])}]{{1,24}})(?:点({DIGIT}{{1,6}}))?(半?)")


def parse_quantity(text: str) -> Decimal | None:
    """3.5 for 三天半, 3.5天 or “about 3.5 days”; None for another text."""
    text = NEARLY.sub("", text.replace(",", ""))
    for form in (text, UNIT.sub("", text).strip()):
        if (value := _plain(form)) is not None:
            return value
        if (match := HALF_MORE.fullmatch(form)) and (whole := _plain(match[1])) is not None:
            return whole + Decimal("0.5").copy_sign(whole)
    return Decimal("0.5") if HALF.fullmatch(text) else None


def _plain(text: str) -> Decimal | None:
    if PLAIN_NUMBER.fullmatch(text):
        return Decimal(text)
    return ENGLISH.get(text) or parse_numeral(text)


def parse_numeral(text: str) -> Decimal | None:
    """120 for 一百二十, 3.5 for 三点五 or 三半; None for another text."""
    match = NUMERAL.fullmatch(text)
    whole = _whole(match[2]) if match else None
    if match is None or whole is None:
        return None
    fraction = "".join(str(DIGITS[char]) for char in match[3] or "")
    value = Decimal(f"{whole}.{fraction or 0}") + (Decimal("0.5") if match[4] else 0)
    return -value if match[1] else value


def _whole(text: str) -> int | None:
    if not text:
        return None
    if all(char in DIGITS for char in text):  # 二〇二六, digit by digit
        return int("".join(str(DIGITS[char]) for char in text))
    for char in ("亿", "万"):
        before, separator, after = text.rpartition(char)
        if separator:
            return _joined(_whole(before), MYRIADS[char], after)
    return _below_myriad(text)


def _joined(before: int | None, unit: int, after: str) -> int | None:
    if before is None:
        return None
    if len(after) == 1 and DIGITS.get(after):  # 一万二 is 12,000
        return before * unit + DIGITS[after] * unit // 10
    rest = _whole(after) if after else 0
    return None if rest is None or rest >= unit else before * unit + rest


def _below_myriad(text: str) -> int | None:
    total, digit, last = 0, None, 10_000
    for char in text:
        if char in DIGITS:
            if digit:
                return None
            digit = DIGITS[char]
            continue
        unit = TENS.get(char)
        if unit is None or unit >= last:
            return None
        total, digit, last = total + (1 if digit is None else digit) * unit, None, unit
    if digit and last in (100, 1000) and "零" not in text and "〇" not in text:  # 一百二 is 120
        return total + digit * last // 10
    return total + (digit or 0)
