"""What the grammars of `normalise` misread, in words: phones, rooms, codes, versions, thousands, addresses."""

import re
from collections.abc import Callable

from sanotts.nano_g2p import NumberError, cardinal_words

from avatars.speech.script import Language

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_PHONE_DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
_PLAIN_DIGITS = {**_PHONE_DIGITS, "1": "一"}
_DIGIT_WORDS = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WORDS = dict(zip("0123456789", _DIGIT_WORDS, strict=True))
_CURRENCIES = {"¥": "元", "￥": "元", "$": "美元", "€": "欧元", "£": "英镑"}
_CURRENCIES_ENGLISH = {"¥": "yuan", "￥": "yuan", "$": "dollars", "€": "euros", "£": "pounds"}
_DECADES = (
    *("hundreds", "tens", "twenties", "thirties", "forties"),
    *("fifties", "sixties", "seventies", "eighties", "nineties"),
)

_PHONE = re.compile(
    r"(?<![\d.-])(?:(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}|(?:\d-)?\(?\d{3,4}\)?-\d{3}-\d{4}"
    r"|0\d{2,3}[- ]\d{7,8}|\d{3}-\d{4}|\d{9,})(?![\d.-])"
)
_THOUSANDS = re.compile(r"(?<![\d,.$¥€£])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,.]*\d|%)")
_MONEY = re.compile(r"([¥￥$€£]) ?(\d{1,3}(?:,\d{3})+(?:\.\d+)?)")
_VERSION = re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.])")
_MAIL = re.compile(r"[A-Za-z0-9.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z]+)+")


def chinese_digits(digits: str) -> str:
    """Read one by one, as Mandarin says a phone or a room: 808 is 八零八, 110 is 幺幺零."""
    return "".join(_PHONE_DIGITS.get(char, "") for char in digits)


def english_digits(digits: str) -> str:
    """Read one by one, with a breath where the groups end: 555-0199 is "five five five, oh one nine nine"."""
    return ", ".join(" ".join(_WORDS[digit] for digit in group) for group in re.findall(r"\d+", digits))


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
        words = "两" if group == "2" and power else _below_ten_thousand(group.lstrip("0"))
        spoken += zero + words + ("", "万", "亿", "万亿")[power]
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
        word = "两" if digit == "2" and place == 3 else _PLAIN_DIGITS[digit]
        spoken += ("零" if gap else "") + word + ("", "十", "百", "千")[place]
        gap = False
    return spoken


def _phone(match: re.Match[str]) -> str:
    return chinese_digits(match.group())


def _phone_english(match: re.Match[str]) -> str:
    return english_digits(match.group())


def _version(match: re.Match[str]) -> str:
    return "点".join("".join(_PLAIN_DIGITS[digit] for digit in part) for part in match.group().split("."))


def _version_english(match: re.Match[str]) -> str:
    return " point ".join(english_cardinal(part) for part in match.group().split("."))


def _code(match: re.Match[str]) -> str:
    """Letters stay; one or two digits are a number, more are read one by one: Win11, GPT-4o, HR2026."""
    spoken = ""
    for part in re.findall(r"[A-Za-z]+|\d+", match.group()):
        if part.isalpha():
            spoken += part
        else:
            spoken += chinese_cardinal(part) if len(part) <= 2 else "".join(_PLAIN_DIGITS[digit] for digit in part)
    return spoken


def _decimal(match: re.Match[str]) -> str:
    return _decimal_of(match.group())


def _decimal_of(number: str) -> str:
    whole, _, fraction = number.replace(",", "").partition(".")
    tail = "点" + "".join(_PLAIN_DIGITS[digit] for digit in fraction) if fraction else ""
    return chinese_cardinal(whole) + tail


def _money(match: re.Match[str]) -> str:
    return _decimal_of(_without_cents(match.group(2))) + _CURRENCIES[match.group(1)]


def _money_english(match: re.Match[str]) -> str:
    return f"{_decimal_english_of(_without_cents(match.group(2)))} {_CURRENCIES_ENGLISH[match.group(1)]}"


def _without_cents(amount: str) -> str:
    return re.sub(r"\.?0*$", "", amount) if "." in amount else amount


def _decimal_english(match: re.Match[str]) -> str:
    return _decimal_english_of(match.group())


def _decimal_english_of(number: str) -> str:
    whole, _, fraction = number.replace(",", "").partition(".")
    tail = " point " + " ".join(_WORDS[digit] for digit in fraction) if fraction else ""
    return english_cardinal(whole) + tail


def _range_english(match: re.Match[str]) -> str:
    return f"{english_cardinal(match.group(1))} to {english_cardinal(match.group(2))}"


def _decade_english(match: re.Match[str]) -> str:
    return f"{english_cardinal(match.group(1))} {_DECADES[int(match.group(2))]}"


def _mail(match: re.Match[str]) -> str:
    return match.group().replace("@", "艾特").replace(".", "点").replace("-", " ")


def _mail_english(match: re.Match[str]) -> str:
    return match.group().replace("@", " at ").replace(".", " dot ").replace("-", " ")


RULES: dict[Language, tuple[Rule, ...]] = {
    Language.CHINESE: (
        (_MAIL, _mail),
        (_PHONE, _phone),
        (_VERSION, _version),
        (_MONEY, _money),
        (_THOUSANDS, _decimal),
        (re.compile(r"(?<![\d.,-])\d{3,4}(?=号?(?:会议室|办公室|教室|房|室|包间|包厢|病房))"), _phone),
        (re.compile(r"(?<=尾号|编号|工号|学号|房号|密码|分机)\d+"), _phone),
        (re.compile(r"(?<![\d.:,A-Za-z-])0\d{2,}(?![\d.:后])"), _phone),
        (re.compile(r"(?<![A-Za-z\d])[A-Za-z]+-?\d+(?:-?[A-Za-z]+)?(?![A-Za-z\d.])"), _code),
        (re.compile(r"(?<=[A-Za-z])\+(?=\d)"), lambda _: "加"),
        (re.compile(r"(?<=\d)\+(?!\d)"), lambda _: "多"),
    ),
    Language.ENGLISH: (
        (_MAIL, _mail_english),
        (_PHONE, _phone_english),
        (_VERSION, _version_english),
        (_MONEY, _money_english),
        (_THOUSANDS, _decimal_english),
        (
            re.compile(r"(?i)(?:(?<=room )|(?<=gate )|(?<=suite )|(?<=flight )|(?<=extension ))\d{3,4}\b"),
            _phone_english,
        ),
        (
            re.compile(r"(?<![\d.,$¥€£-])\d+\.\d+(?![\d.%]|\s?(?:%|°|[mb]illion|[kcm]?[mgl]\b|[kmgt]b\b))"),
            _decimal_english,
        ),
        (re.compile(r"(?<![\d.-])(\d{1,3})[-–~](\d{1,3})(?![\d-])"), _range_english),
        (re.compile(r"\b(1[89]|20)(\d)0s\b"), _decade_english),
        (re.compile(r"(?<![\d.,$¥€£-])[1-9]000(?![\d.,:%-])"), _decimal_english),
    ),
}
