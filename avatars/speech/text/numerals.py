"""Numbers in words, in both languages: cardinals, decimals, digit by digit, and the type of a rule."""

import re
from collections.abc import Callable, Iterable

from sanotts.nano_g2p import NumberError, cardinal_words, ordinal_words

Read = Callable[[re.Match[str]], str]
Rule = tuple[re.Pattern[str], Read]
"""A pattern and the words for it, or for its group `n` where it has one; nothing is read where the words are ""."""

PHONE_DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
PLAIN_DIGITS = {**PHONE_DIGITS, "1": "一"}
DIGIT_WORDS = dict(
    zip("0123456789", ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), strict=True)
)
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
MAIL = re.compile(r"[A-Za-z0-9.+_-]+@(?:[A-Za-z0-9-]+(?:\.[A-Za-z]+)+)?")
FEET = re.compile(r"(?<![\d.])(?P<feet>\d{1,2})['’′] ?(?P<inches>\d{1,2})(?:[\"”″]|'')")
TO = re.compile(r"(?<![A-Za-z\d])(?P<from>[A-Z])2(?P<to>[A-Z])(?![A-Za-z\d])")
AND = re.compile(r"(?<![A-Za-z\d&])(?P<first>[A-Z])&(?P<last>[A-Z])(?![A-Za-z\d&])")
HALVES = re.compile(r"(?<!\d)(?P<year>20[1-9]\d) ?(?P<part>[HQ])(?P<number>[1-4])(?![A-Za-z\d])")
PHONE = re.compile(
    r"(?<![\d.-])(?:(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}|(?:\+?1[- ])?(?:\(\d{3}\)|\d{3})[- ]\d{3}[- ]\d{4}"
    r"|(?:\d-)?\(?\d{3,4}\)?-\d{3}-\d{4}|[(（]?0\d{2,3}(?:[)）] ?|[- ])\d{4} ?\d{3,4}|\d{3}-\d{4})(?![\d.-])"
)
YEARS = re.compile(r"(?<![\d.,-])((?:19|20)\d\d)[-–—~]((?:19|20)\d\d)(?![\d.,-])")
VERSION = re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.])")


def any_of(signs: Iterable[str]) -> str:
    """A pattern of any of these, the longest first."""
    return "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))


def whole(read: Callable[[str], str]) -> Read:
    """The words for the group `n` of a match, or for all of it."""
    return lambda match: read(match.group("n") if "n" in match.re.groupindex else match.group())


def between(read: Callable[[str], str], word: str) -> Read:
    """The words for two numbers, and a word between them."""
    return lambda match: f"{read(match.group(1))}{word}{read(match.group(2))}"


def chinese_digits(digits: str) -> str:
    """Read one by one, as Mandarin says a phone or a room: 808 is 八零八, 110 is 幺幺零."""
    return "".join(PHONE_DIGITS.get(char, "加" if char == "+" else "") for char in digits)


def chinese_plain(digits: str) -> str:
    """Read one by one with 一, as Mandarin says a year."""
    return "".join(PLAIN_DIGITS[digit] for digit in digits)


def english_digits(digits: str) -> str:
    """Read one by one, with a breath where the groups end: 555-0199 is "five five five, oh one nine nine"."""
    groups = ", ".join(" ".join(DIGIT_WORDS[digit] for digit in group) for group in re.findall(r"\d+", digits))
    return f"plus {groups}" if digits.startswith("+") else groups


def chinese_cardinal(digits: str) -> str:
    """Read a whole number below 10^16: 1234 is 一千二百三十四, 10010 is 一万零一十."""
    digits = digits.lstrip("0") or "0"
    groups = [digits[max(0, end - 4) : end] for end in range(len(digits), 0, -4)][::-1]
    if len(groups) > 4:
        return chinese_digits(digits)
    spoken, skipped = "", False
    for power, group in zip(range(len(groups) - 1, -1, -1), groups, strict=True):
        if int(group) == 0:
            skipped = True
            continue
        zero = "零" if spoken and (skipped or group.startswith("0")) else ""
        part = "两" if group == "2" and power else _below_ten_thousand(group.lstrip("0"))
        spoken += zero + part + ("", "万", "亿", "万亿")[power]
        skipped = False
    return spoken[1:] if spoken.startswith("一十") else spoken or "零"


def english_cardinal(digits: str) -> str:
    """Read a whole number: 1234 is "one thousand two hundred and thirty-four"."""
    try:
        return str(cardinal_words(int(digits))).replace(",", "")
    except NumberError:
        return english_digits(digits)


def _below_ten_thousand(digits: str) -> str:
    spoken, gap = "", False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            gap = True
            continue
        word = "两" if digit == "2" and place == 3 else PLAIN_DIGITS[digit]
        spoken += ("零" if gap else "") + word + ("", "十", "百", "千")[place]
        gap = False
    return spoken


def chinese_decimal(number: str) -> str:
    """Read a number as written, thousands and fraction and all: 1,234.50 is 一千二百三十四点五零."""
    sign = "负" if number[:1] in "-−" else ""
    whole, _, fraction = number.lstrip("-−").replace(",", "").partition(".")
    return sign + chinese_cardinal(whole) + ("点" + chinese_plain(fraction) if fraction else "")


def chinese_amount(number: str) -> str:
    """As `chinese_decimal`, before a measure: a lone 2 is 两."""
    return "两" if number == "2" else chinese_decimal(number)


def english_decimal(number: str) -> str:
    """Read a number as written: -3.05 is "minus three point oh five"."""
    sign = "minus " if number[:1] in "-−" else ""
    whole, _, fraction = number.lstrip("-−").replace(",", "").partition(".")
    tail = " point " + " ".join(DIGIT_WORDS[digit] for digit in fraction) if fraction else ""
    return sign + english_cardinal(whole) + tail


def english_ordinal(number: int) -> str:
    """1 is "first"."""
    return str(ordinal_words(number)).replace(",", "")


def english_year(year: str) -> str:
    """Read as years are: 1999 is "nineteen ninety-nine", 2005 "two thousand and five"."""
    century, rest = int(year[:2]), int(year[2:])
    if century == 20 and rest < 10:
        return english_cardinal(year)
    if not rest:
        return f"{english_cardinal(str(century))} hundred"
    return f"{english_cardinal(str(century))} {'oh ' if rest < 10 else ''}{english_cardinal(str(rest))}"


def initials(word: str) -> str:
    """A word of a mail address that has no vowel, as hr, in capitals, so that it is spelled."""
    return word.upper() if len(word) > 1 and word.isalpha() and not re.search("[aeiouy]", word) else word


def without_zeros(amount: str) -> str:
    """1,234.50 is 1,234.5, and 5.00 is 5."""
    return re.sub(r"\.?0*$", "", amount) if "." in amount else amount


def is_date(month: str, day: str) -> bool:
    """Whether there is such a day in any year."""
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31
