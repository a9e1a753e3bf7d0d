"""What a rule means, a second time: asked of one member in plain Python, without SQL."""

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from scheduling.segments.rules import Condition, Group

LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
OPPOSITES = {"is_not": "is", "none_of": "one_of", "is_unknown": "is_known"}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member with all that a rule can ask. `departments` holds the number of each, with those above it."""

    user_id: str
    name: str = ""
    position: str = ""
    gender: str = ""
    status: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    departments: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    tags: frozenset[int] = frozenset()
    is_leader: bool = False


def holds(rule: Condition | Group, person: Person, today: date) -> bool:
    if isinstance(rule, Group):
        answers = [holds(one, person, today) for one in rule.rules]
        return {"all": all(answers), "any": any(answers), "none": not any(answers)}[rule.op.value]
    if rule.test in OPPOSITES:
        return not positive(rule, OPPOSITES[rule.test], person, today)
    return positive(rule, rule.test, person, today)


def positive(rule: Condition, test: str, person: Person, today: date) -> bool:
    value: Any = rule.value
    if rule.subject == "department":
        named = person.departments.items()
        return (
            bool(named)
            if test == "is_known"
            else any(n in value or (rule.below and {*up} & {*value}) for n, up in named)
        )
    if rule.subject == "tag":
        return bool(person.tags) if test == "is_known" else bool(person.tags & {*value})
    if rule.subject == "is_leader":
        return person.is_leader is bool(value)
    if rule.subject.startswith("fact:"):
        known = person.facts.get(rule.subject.removeprefix("fact:"))
    else:
        known = getattr(person, rule.subject)
    if known in (None, ""):
        return False
    return test == "is_known" or bool(compared(known, test, value, today))


def compared(known: Any, test: str, value: Any, today: date) -> Any:
    if isinstance(known, str):
        known, texts = known.translate(LOWER), lambda one: str(one).translate(LOWER)
        if test == "one_of":
            return known in [texts(one) for one in value]
        text = texts(value)
        return {"is": known == text, "contains": text in known, "starts_with": known.startswith(text)}[test]
    if test == "within_days":
        return today + timedelta(value[0]) <= known <= today + timedelta(value[1])
    if test == "days_ago":
        return known + timedelta(value) == today
    if test in ("anniversary_within", "anniversary_in"):
        first, last = value if isinstance(value, tuple) else (value, value)
        days = (today + timedelta(number) for number in range(first, last + 1))
        return any(returns(known, day) for day in days)
    of_kind: Any = date.fromisoformat if isinstance(known, date) else Decimal
    if test == "between":
        return of_kind(value[0]) <= known <= of_kind(value[1])
    wanted = of_kind(value)
    less, greater = known < wanted, known > wanted
    return {"is": known == wanted, "less": less, "before": less, "greater": greater, "after": greater}[test]


def returns(known: date, day: date) -> bool:
    """Whether a day is an anniversary of a date."""
    leaps = (known.month, known.day) == (2, 29) and not isleap(day.year)
    its_day = (2, 28) if leaps else (known.month, known.day)
    return day.year > known.year and (day.month, day.day) == its_day
