"""English readings where the grammar in `normalise` is wrong: dates, hours, phones, codes, money, measures, ranges."""

import re

from avatars.speech.text.english_units import CURRENCIES, PLURALS, SCALES, SMALL, UNITS
from avatars.speech.text.numerals import (
    AND,
    DIGIT_WORDS,
    FEET,
    HALVES,
    MAIL,
    NUMBER,
    PHONE,
    TO,
    VERSION,
    YEARS,
    Rule,
    any_of,
    between,
    english_cardinal,
    english_decimal,
    english_digits,
    english_ordinal,
    english_year,
    initials,
    is_date,
    whole,
    without_zeros,
)

Match = re.Match[str]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH = r"(?P<m>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DAYS = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday"}
_DAYS |= {"sat": "Saturday", "sun": "Sunday"}
_DAY = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
_DECADES = (
    *("hundreds", "tens", "twenties", "thirties", "forties"),
    *("fifties", "sixties", "seventies", "eighties", "nineties"),
)
_SCALE = r"(?:[kKmMbB]|bn|thousand|million|billion|trillion)\b"
_UNIT = any_of(UNITS)
_CURRENCY = any_of(CURRENCIES)
_CODES = (
    "room|gate|suite|flight|extension|ext|order|code|id|pin|ticket|invoice|account|case|badge|passcode|password|zip"
    "|employee|number|reference|apartment|apt|ending in|dial|call|text|locker|bus|train"
)
_SHORT = {
    **{"vs": "versus", "e.g": "for example", "i.e": "that is", "etc": "et cetera", "approx": "approximately"},
    **{"st": "Saint", "ltd": "Limited", "dept": "department", "prof": "professor", "sr": "senior", "jr": "junior"},
}

_digits, _decimal = whole(english_digits), whole(english_decimal)
_range, _years = between(english_decimal, " to "), between(english_year, " to ")


def _many(count: str, name: str) -> str:
    """The name of so many: 1 foot, 2 feet, 3 kilometers per hour."""
    if count == "1":
        return name
    first, *rest = name.split(" ")
    for each in (name, first):
        if each in PLURALS:
            return " ".join([PLURALS[each], *(rest if each != name else [])])
    if first in {"square", "kilowatt", "milliamp", "Hong"}:
        return f"{name}s"
    return " ".join([f"{first}s", *rest])


def _date(match: Match) -> str:
    """Month and day, as Americans put them first; the year where there is one."""
    year, month, day = match.group("y", "m", "d")
    if not is_date(month, day):
        return ""
    spoken = f"{_MONTHS[int(month) - 1]} {english_ordinal(int(day))}"
    if not year:
        return spoken
    return f"{spoken}, {english_year(year if len(year) == 4 else f'20{year}')}"


def _short_date(match: Match) -> str:
    return _date(match) if int(match.group("d")) > 12 else ""


def _written_date(match: Match) -> str:
    month, day, year = match.group("m", "d", "y")
    if not 1 <= int(day) <= 31:
        return ""
    name = next(name for name in _MONTHS if name.startswith(month[:3]))
    ordinal = english_ordinal(int(day))
    spoken = f"{ordinal} of {name}" if " of " in match.group() else f"{name} {ordinal}"
    return f"{spoken}, {english_year(year)}" if year else spoken


def _clock(match: Match) -> str:
    hour, minute, half = int(match.group("h")), match.group("min"), (match.group("half") or "").replace(".", "").lower()
    if hour > 24 or int(minute or 0) > 59:
        return ""
    if not half and hour > 12:
        hour, half = hour - 12, "pm" if hour < 24 else "am"
    elif not half and hour == 0:
        hour, half = 12, "am"
    spoken = english_cardinal(str(hour))
    if minute and int(minute):
        spoken += f" {'oh ' if minute.startswith('0') else ''}{english_cardinal(minute)}"
    elif not half:
        spoken += " o'clock"
    return spoken + {"am": " A.M.", "pm": " P.M."}.get(half, "")


def _long(match: Match) -> str:
    number = match.group()
    return english_cardinal(number) if number.endswith("000") else english_digits(number)


def _version(match: Match) -> str:
    number = match.group().lstrip("vV")
    spoken = " point ".join(english_cardinal(part) for part in number.split("."))
    return spoken if number == match.group() else f"version {spoken}"


def _code(match: Match) -> str:
    """Letters stay; long numbers behind them are years or read one by one: FY2026, CA1234, COVID-19."""
    letters, digits = match.groups()
    if len(digits) <= 2:
        return f"{letters} {english_cardinal(digits)}"
    if digits.startswith(("19", "20")) and len(digits) == 4:
        return f"{letters} {english_year(digits)}"
    return f"{letters} {english_digits(digits)}"


def _money(match: Match) -> str:
    name, amount, scale = CURRENCIES[match.group("c")], match.group("v").replace(",", ""), match.group("s")
    if scale:
        return f"{english_decimal(amount)} {SCALES.get(scale.strip().lower(), scale.strip())} {_many('2', name)}"
    whole, _, cents = amount.partition(".")
    if name in SMALL and len(cents) == 2:
        small = f"{english_cardinal(cents)} {_many(cents.lstrip('0'), SMALL[name])}"
        if not int(cents):
            return f"{english_cardinal(whole)} {_many(whole, name)}"
        return small if not int(whole) else f"{english_cardinal(whole)} {_many(whole, name)} and {small}"
    amount = without_zeros(amount)
    return f"{english_decimal(amount)} {_many(amount, name)}"


def _measure(match: Match) -> str:
    low, high, unit = match.group("v", "to", "u")
    first = english_decimal(low)
    spoken = f"{first} to {english_decimal(high)}" if high else first
    return f"{spoken} {_many(high or low, UNITS[unit])}"


def _percent(match: Match) -> str:
    low, high = match.groups()
    return f"{english_decimal(low)} to {english_decimal(high)} percent" if high else f"{english_decimal(low)} percent"


def _decade(match: Match) -> str:
    century, decade = match.groups()
    return f"{english_cardinal(century)} {_DECADES[int(decade)]}" if century else _DECADES[int(decade)]


def _lines(match: Match) -> str:
    """1080p is "ten eighty p"."""
    digits = match.group("n")
    return f"{english_cardinal(digits[:-2])} {english_cardinal(digits[-2:])} "


def _days(match: Match) -> str:
    return f"{_DAYS[match.group(1).lower()]} to {_DAYS[match.group(2).lower()]}"


def _feet(match: Match) -> str:
    """5'11" is "five foot eleven"."""
    return f"{english_cardinal(match.group('feet'))} foot {english_cardinal(match.group('inches'))}"


def _inches(match: Match) -> str:
    return f"{english_decimal(match.group('v'))} {_many(match.group('v'), 'inch')}"


def _model(match: Match) -> str:
    """Office 365 is "three sixty-five", Boeing 737 "seven thirty-seven", Windows 2019 a year."""
    number = match.group("n")
    if len(number) == 4:
        return english_year(number)
    head, tail = number[0], number[1:]
    if tail == "00":
        return f"{english_cardinal(head)} hundred"
    return f"{english_cardinal(head)} {'oh ' if tail.startswith('0') else ''}{english_cardinal(tail)}"


def _half(match: Match) -> str:
    return f"{english_year(match['year'])} {match['part']} {english_cardinal(match['number'])}"


def _mail(match: Match) -> str:
    spelled = re.sub(r"[A-Za-z]+", lambda part: initials(part.group()), match.group())
    return spelled.replace("@", " at ").replace(".", " dot ").replace("-", " dash ").replace("_", " underscore ")


def _address(match: Match) -> str:
    return " dot ".join(" ".join(DIGIT_WORDS[digit] for digit in part) for part in match.group().split("."))


RULES: tuple[Rule, ...] = (
    (MAIL, _mail),
    (TO, lambda match: f"{match['from']} two {match['to']}"),
    (AND, lambda match: f"{match['first']} and {match['last']}"),
    (FEET, _feet),
    (re.compile(rf"(?<![\d.,\"”'])(?P<v>{NUMBER})[\"″](?=\s?[a-z])"), _inches),
    (re.compile(r"(?<![A-Za-z])[CF](?P<n>#)"), lambda _: " sharp"),
    (re.compile(r"(?<![A-Za-z])C(?P<n>\+\+)(?!\+)"), lambda _: " plus plus"),
    (re.compile(r"(?<![\w.])(?P<n>\.)NET(?![A-Za-z])"), lambda _: "dot "),
    (
        re.compile(
            r"\b(?:Office|Microsoft|Boeing|Airbus|Porsche|Route|Highway|Windows|Area) (?P<n>\d{3,4})(?![\d.,:-]*\d)"
        ),
        _model,
    ),
    (HALVES, _half),
    (re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?![\d.]*\d)"), _date),
    (re.compile(r"(?<![\d.])(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![\d.]*\d)"), _date),
    (re.compile(r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>(?:19|20)?\d\d)(?![\d/])"), _date),
    (re.compile(r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{2})(?P<y>)(?![\d/])"), _short_date),
    (re.compile(rf"\b{_MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>(?:19|20)\d\d))?(?![\d:])"), _written_date),
    (re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<y>(?:19|20)\d\d))?\b"), _written_date),
    (
        re.compile(r"(?<=\d)(?:\s?[-–~]\s?)(?=\d{1,2}:\d\d)|(?<=m)\s?[-–~]\s?(?=\d{1,2}(?::\d\d)?\s?[ap]\.?m)"),
        lambda _: " to ",
    ),
    (re.compile(r"(?<![\d:])(?P<h>\d{1,2}):(?P<min>\d\d)(?: ?(?P<half>[ap]\.?m\b\.?))?(?![\d:])", re.I), _clock),
    (re.compile(r"(?<![\d:.])(?P<h>\d{1,2})(?P<min>) ?(?P<half>[ap]\.?m\b\.?)(?!\w)", re.I), _clock),
    (PHONE, _digits),
    (
        re.compile(rf"\b(?:{_CODES})\.?(?: (?:number|no\.|code|is))?:? ?#? ?(?P<n>\d{{3,}})\b(?![\d.,:/-]*\d|%)", re.I),
        _digits,
    ),
    (re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"), _address),
    (re.compile(r"\b[vV]\d+(?:\.\d+)+(?![\d.]*\d)"), _version),
    (VERSION, _version),
    (
        re.compile(rf"(?P<c>{_CURRENCY}) ?(?P<v>{NUMBER})(?P<s> ?{_SCALE})?(?![\d.,]*\d)"),
        _money,
    ),
    (
        re.compile(rf"(?<![\d.,$])(?P<v>{NUMBER})(?P<s> ?{_SCALE})? (?P<c>USD|EUR|GBP|RMB|CNY|HKD)\b"),
        _money,
    ),
    (re.compile(rf"(?<![\d.,-])(-?{NUMBER})%?(?:\s?[-–~]\s?({NUMBER}))?(?: ?%| percent\b)"), _percent),
    (re.compile(r"\b(1[89]|20)(\d)0s\b"), _decade),
    (re.compile(r"(?:(?<=the )|(?<!\w)['’])()(\d)0s\b"), _decade),
    (
        re.compile(
            rf"(?<![\d.,A-Za-z-])(?P<v>-?{NUMBER})(?:\s?[-–~]\s?(?P<to>{NUMBER}))? ?(?P<u>{_UNIT})(?![A-Za-z\d/])"
        ),
        _measure,
    ),
    (re.compile(r"(?<![\d,.$¥€£])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,.]*\d|%|st\b|nd\b|rd\b|th\b)"), _decimal),
    (YEARS, _years),
    (re.compile(r"(?<![\d.,-])24/7(?![\d/])"), lambda _: "twenty-four seven"),
    (re.compile(r"(?<![\w.,$¥€£])-?\d+\.\d+(?![\d.]*\d|%|\s?(?:[mb]illion|x\b))"), _decimal),
    (re.compile(r"(?<![\d.-])(\d{1,3})[-–~](\d{1,3})(?![\d-])"), _range),
    (re.compile(r"(?<=\d[snrt][tdh])\s?[-–~]\s?(?=\d)"), lambda _: " to "),
    (re.compile(rf"\b{_DAY}[-–~]{_DAY}\b"), _days),
    (re.compile(r"(?<![\d.])(?P<n>720|1080|1440|2160)(?=[pP]\b)"), _lines),
    (re.compile(rf"(?<![A-Za-z\d])({NUMBER})x(?!\w)"), lambda match: f"{english_decimal(match.group(1))} times"),
    (
        re.compile(rf"(?<![A-Za-z\d.])({NUMBER}) ?[x×] ?({NUMBER})(?![\w.])"),
        between(english_decimal, " by "),
    ),
    (re.compile(r"\b([A-Za-z]+)(\d{2,})\b(?!\.\d)"), _code),
    (re.compile(r"\b([A-Za-z]{2,})-(\d{1,4})\b(?!\.\d)"), _code),
    (re.compile(r"\b([A-Za-z]+)(\d+\.\d+)\b"), lambda match: f"{match.group(1)} {english_decimal(match.group(2))}"),
    (re.compile(r"(?<=\d)\+(?!\d)"), lambda _: " plus"),
    (re.compile(r"(?<![\d.,A-Za-z:-])0\d+(?![\d.:])"), _digits),
    (re.compile(r"(?<![\d.,$¥€£-])\d{7,}(?![\d.,:%-]*\d)"), _long),
    (re.compile(r"(?<![\d.,$¥€£-])[1-9]000(?![\d.,:%-])"), _decimal),
    (re.compile(r"(?:<=|≤)\s?(?=\d)"), lambda _: "at most "),
    (re.compile(r"(?:>=|≥)\s?(?=\d)"), lambda _: "at least "),
    (re.compile(r"<\s?(?=\d)"), lambda _: "less than "),
    (re.compile(r">\s?(?=\d)"), lambda _: "more than "),
    (re.compile(r"(?<![\w.])[~≈]\s?(?=\d)"), lambda _: "about "),
    (re.compile(r"±\s?(?=\d)"), lambda _: "plus or minus "),
    (re.compile(r"\b[Nn]o\. ?(?=\d)"), lambda _: "number "),
    (
        re.compile(r"\b(?:vs|e\.g|i\.e|etc|approx|dept|Prof|Ltd)\.|\bSt\.(?= [A-Z])"),
        lambda match: _SHORT[match.group()[:-1].lower()],
    ),
)
