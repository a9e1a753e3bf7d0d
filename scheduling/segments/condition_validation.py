"""Checks conditions against the departments, tags and facts of a company, and brings their values into one form.

Texts are trimmed, numbers and dates are texts (`12.5`, `2026-09-01`), so that a rule has one JSON form and one hash.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from scheduling.segments.rule_subjects import FACT, Kind, Shape, Subject, Subjects, shape_of
from scheduling.segments.rules import Group, Rule, Test, Value, flaw

FARTHEST = 3660  # days from today
YEAR = 366
LARGEST = Decimal(10) ** 14
PLACES = 6
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z")
_YES, _NO = frozenset({"true", "yes", "1", "是"}), frozenset({"false", "no", "0", "否"})


def checked(group: Group, subjects: Subjects, *, place: str = "rule") -> Group:
    """The group with its values in their one form. Raises `SchedulingError` whose field is the place of the flaw."""
    return replace(group, rules=tuple(_rule(rule, subjects, f"{place}.{n}") for n, rule in enumerate(group.rules)))


def _rule(rule: Rule, subjects: Subjects, place: str) -> Rule:
    if isinstance(rule, Group):
        return checked(rule, subjects, place=place)
    subject = subjects.get(rule.subject)
    if subject is None:
        raise _unknown_subject(rule.subject, place)
    test = Test(rule.test)
    if test not in subject.tests:
        fault = _("“%(subject)s” cannot be asked that way.") % {"subject": subject.label}
        remedy = _("Use one of: %(tests)s.") % {"tests": ", ".join(subject.tests)}
        raise flaw(f"{place}.test", fault, remedy)
    value = _of_shape(rule.value, test, subject, f"{place}.value")
    return replace(rule, test=test.value, value=value, below=rule.below or subject.kind != Kind.DEPARTMENT)


def _unknown_subject(key: str, place: str) -> Exception:
    if key.startswith(FACT):
        fault = _("The rule asks for the fact “%(key)s”, which does not exist (any more).")
        remedy = _("Choose another fact, or add it again under “Facts of your own”.")
        return flaw(f"{place}.subject", fault % {"key": key.removeprefix(FACT)}, remedy, code="fact_gone")
    fault = _("Members have no “%(key)s” that a rule could ask for.") % {"key": key}
    return flaw(f"{place}.subject", fault, _("Choose what of a member is asked."))


def _of_shape(value: Value, test: Test, subject: Subject, place: str) -> Value:
    shape = shape_of(test)
    if shape == Shape.NOTHING:
        return None
    if value in (None, "", ()):
        fault = _("“%(subject)s” is compared with nothing.") % {"subject": subject.label}
        raise flaw(place, fault, _("Write a value, or remove the condition."), code="value_missing")
    if shape == Shape.COUNT:
        most = YEAR if test in (Test.ANNIVERSARY_IN, Test.ANNIVERSARY_WITHIN) else FARTHEST
        return _days(_single(value, place), most, place)
    if shape == Shape.DAYS:
        return _span(value, test, place)
    single: Callable[[Any], Any] = lambda item: _single_of_kind(item, subject, place)  # noqa: E731
    if shape == Shape.ONE:
        return single(_single(value, place))  # type: ignore[no-any-return]
    listed = value if isinstance(value, tuple) else (value,)
    if shape == Shape.RANGE:
        return _range(tuple(single(item) for item in listed), subject, place)
    return tuple(sorted(set(map(single, listed))))


def _span(value: Value, test: Test, place: str) -> tuple[int, int]:
    most = YEAR if test == Test.ANNIVERSARY_WITHIN else FARTHEST
    if not isinstance(value, tuple) or len(value) != 2:
        fault = _("It takes two numbers of days: from and to, counted from today.")
        raise flaw(place, fault, _("The last 30 days are -30 and 0, the next 7 days 0 and 7."))
    first, last = (_days(bound, most, place) for bound in value)
    if first > last:
        raise flaw(place, _("It ends before it begins."), _("The last 30 days are -30 and 0, the next 7 days 0 and 7."))
    return first, last


def _range(values: tuple[Any, ...], subject: Subject, place: str) -> tuple[str, str]:
    if len(values) != 2:
        raise flaw(place, _("It takes two values: the first and the last."), _("Write both."))
    first, last = values
    backwards = Decimal(first) > Decimal(last) if subject.kind == Kind.NUMBER else first > last
    if backwards:
        raise flaw(place, _("It ends before it begins."), _("Write the smaller or earlier value first."))
    return first, last


def _single(value: Value, place: str) -> str | int | bool:
    if isinstance(value, tuple):
        if len(value) != 1:
            raise flaw(place, _("It takes one value."), _("Use “is one of” for several."))
        return value[0]
    return value  # type: ignore[return-value]


def _days(value: Any, most: int, place: str) -> int:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[-+]?\d{1,5}", text) or abs(int(text)) > most:
        fault = _("“%(value)s” is no number of days.") % {"value": text}
        raise flaw(place, fault, _("Write a whole number from -%(most)d to %(most)d.") % {"most": most})
    return int(text)


def _single_of_kind(value: Any, subject: Subject, place: str) -> str | int | bool:
    return _READERS[subject.kind](value, subject, place)


def _text(value: Any, subject: Subject, place: str) -> str:
    text = str(value)
    return text.lower() if subject.key == "user_id" else text


def _choice(value: Any, subject: Subject, place: str) -> str:
    text = str(value)
    for key, label in subject.choices:
        if text.lower() in (key.lower(), str(label).lower()):
            return key
    fault = _("“%(value)s” is no value of “%(subject)s”.") % {"value": text, "subject": subject.label}
    remedy = _("Its values: %(values)s.") % {"values": ", ".join(key for key, _label in subject.choices)}
    raise flaw(place, fault, remedy, code="choice_unknown")


def _number(value: Any, subject: Subject, place: str) -> str:
    try:
        number = Decimal(str(value).replace(",", "").replace("，", ""))
        if isinstance(value, bool) or not number.is_finite() or abs(number) >= LARGEST:
            raise InvalidOperation
    except InvalidOperation as error:
        fault = _("“%(value)s” is no number.") % {"value": value}
        raise flaw(place, fault, _("Write it in digits, such as 12 or 12.5.")) from error
    plain = f"{round(number, PLACES):f}"
    tidy = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if tidy in ("-0", "") else tidy


def _date(value: Any, subject: Subject, place: str) -> str:
    match = _DATE.match(str(value))
    try:
        return date(*map(int, match.groups())).isoformat() if match else _no_date(value, place)
    except ValueError:
        return _no_date(value, place)


def _no_date(value: object, place: str) -> str:
    fault = _("“%(value)s” is no date.") % {"value": value}
    raise flaw(place, fault, _("Write it as 2026-09-01."), code="date_invalid")


def _flag(value: Any, subject: Subject, place: str) -> bool:
    text = str(value).lower()
    if text not in _YES | _NO:
        raise flaw(place, _("“%(value)s” is neither yes nor no.") % {"value": value}, _("Write true or false."))
    return text in _YES


def _row_number(value: Any, subject: Subject, place: str) -> int:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[1-9]\d{0,17}", text):
        fault = _("“%(value)s” is no number of “%(subject)s”.") % {"value": text, "subject": subject.label}
        raise flaw(place, fault, _("Choose it from the list, or write its number."))
    return int(text)


_READERS: Mapping[Kind, Callable[[Any, Subject, str], str | int | bool]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.FLAG: _flag,
    Kind.DEPARTMENT: _row_number,
    Kind.TAG: _row_number,
    Kind.SEGMENT: _row_number,
}
