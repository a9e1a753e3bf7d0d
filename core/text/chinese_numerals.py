"""Numbers written in Chinese numerals: 一百二十, 两千零五, 三点五, 一万二. Pure."""

import re
from decimal import Decimal

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
DIGIT = f"[{''.join(DIGITS)}]"
NUMERAL = re.compile(rf"(负?)([{''.join([*DIGITS, *TENS, *MYRIADS])}]{{1,24}})(?:点({DIGIT}{{1,6}}))?(半?)")


def parse_numeral(text: str) -> Decimal | None:
    """120 for 一百二十, 3.5 for 三点五 or 三半; None for another text."""
    found = NUMERAL.fullmatch(text)
    whole = _whole(found[2]) if found else None
    if found is None or whole is None:
        return None
    fraction = "".join(str(DIGITS[char]) for char in found[3] or "")
    value = Decimal(f"{whole}.{fraction or 0}") + (Decimal("0.5") if found[4] else 0)
    return -value if found[1] else value


def _whole(text: str) -> int | None:
    if not text:
        return None
    if all(char in DIGITS for char in text):  # 二〇二六, digit by digit
        return int("".join(str(DIGITS[char]) for char in text))
    for char in ("亿", "万"):
        before, found, after = text.rpartition(char)
        if found:
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
