"""Rules of a segment as values, and their JSON form. Pure.

A rule is a group of conditions and of groups. `{"op": "all", "rules": [{"subject": "fact:start_date", "test":
"within_days", "value": [-30, 0]}]}` means those who joined within the last 30 days.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError

DEEPEST = 3  # groups within groups
MOST_CONDITIONS = 50
MOST_VALUES = 200  # of one condition
LONGEST_VALUE = 200
LARGEST_FLOAT = 1e15
Value = str | int | bool | tuple[str, ...] | tuple[int, ...] | None


class Op(StrEnum):
    """How many of its rules a group needs."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Test(StrEnum):
    """The test that a condition makes of its subject. `subjects` says which subjects take which."""

    __test__ = False  # pytest collects classes of this name

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    LESS = "less"
    GREATER = "greater"
    BEFORE = "before"
    AFTER = "after"
    BETWEEN = "between"
    WITHIN_DAYS = "within_days"
    DAYS_AGO = "days_ago"
    ANNIVERSARY_WITHIN = "anniversary_within"
    ANNIVERSARY_IN = "anniversary_in"
    IS_KNOWN = "is_known"
    IS_UNKNOWN = "is_unknown"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One question about a member. `below` counts with departments: whether those below them count, too."""

    subject: str
    test: str
    value: Value = None
    below: bool = True

    def as_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"subject": self.subject, "test": self.test}
        if self.value is not None:
            data["value"] = list(self.value) if isinstance(self.value, tuple) else self.value
        if not self.below:
            data["below"] = False
        return data


@dataclass(frozen=True, kw_only=True)
class Group:
    """All, any or none of its rules. Without rules, `all` and `none` hold for every member, `any` for none."""

    op: Op = Op.ALL
    rules: tuple["Rule", ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"op": self.op.value, "rules": [rule.as_json() for rule in self.rules]}

    def conditions(self) -> Iterator[Condition]:
        """All conditions in it, and in the groups in it."""
        for rule in self.rules:
            if isinstance(rule, Group):
                yield from rule.conditions()
            else:
                yield rule

    def tidy(self) -> "Group":
        """Without groups that are empty."""
        inner = (rule.tidy() if isinstance(rule, Group) else rule for rule in self.rules)
        return replace(self, rules=tuple(rule for rule in inner if not isinstance(rule, Group) or rule.rules))


Rule = Condition | Group


def parse_group(data: object) -> Group:
    """The group that this JSON stands for. Raises `SchedulingError` whose field is the place of the flaw."""
    group = _group(data, place="rule", depth=1)
    count = sum(1 for _condition in group.conditions())
    if count > MOST_CONDITIONS:
        fault = _("The rule has %(count)d conditions; it may have %(most)d.") % {
            "count": count,
            "most": MOST_CONDITIONS,
        }
        raise flaw("rule", fault, _("Name a part of it as a segment of its own, and use that."), code="rule_too_long")
    return group


def renamed(rule: object, name: str, alias: str) -> object:
    """The JSON of a rule with another value in the place of these words, wherever a condition compares with them."""
    if isinstance(rule, Mapping):
        return {key: renamed(inner, name, alias) for key, inner in rule.items()}
    if isinstance(rule, list):
        return [renamed(inner, name, alias) for inner in rule]
    return alias if isinstance(rule, str) and rule.lower() == name.lower() else rule


def flaw(place: str, fault: str, remedy: str, *, code: str = "rule_invalid") -> SchedulingError:
    """An error at a place of a rule, such as `rule.1.value`."""
    return SchedulingError(fault, code=code, remedy=remedy, field=place)


def _group(data: object, *, place: str, depth: int) -> Group:
    if depth > DEEPEST:
        fault = _("Groups may lie %(most)d deep.") % {"most": DEEPEST}
        raise flaw(place, fault, _("Name the inner group as a segment of its own, and use that."), code="rule_too_deep")
    if not isinstance(data, Mapping):
        raise flaw(place, _("A rule is a group of conditions."), _("Write an object with “op” and “rules”."))
    _refuse_others(data, ("op", "rules"), place)
    if data.get("op", Op.ALL) not in list(Op):
        raise flaw(f"{place}.op", _("A group needs all, any or none of its rules."), _("Write all, any or none."))
    listed = data.get("rules", ())
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise flaw(f"{place}.rules", _("The rules of a group are a list."), _("Write a list of conditions."))
    rules = tuple(_rule(rule, place=f"{place}.{number}", depth=depth) for number, rule in enumerate(listed))
    return Group(op=Op(data.get("op", Op.ALL)), rules=rules)


def _rule(data: object, *, place: str, depth: int) -> Rule:
    if isinstance(data, Mapping) and ("rules" in data or "op" in data):
        return _group(data, place=place, depth=depth + 1)
    if not isinstance(data, Mapping):
        fault = _("A condition says what of a member is asked, and what it must be.")
        raise flaw(place, fault, _("Write an object with “subject”, “test” and “value”."))
    _refuse_others(data, ("subject", "test", "value", "below"), place)
    subject, test, below = data.get("subject"), data.get("test"), data.get("below", True)
    if not isinstance(subject, str) or not subject:
        raise flaw(f"{place}.subject", _("A condition lacks its subject."), _("Choose what of a member is asked."))
    if test not in list(Test):
        raise flaw(f"{place}.test", _("A condition lacks its test."), _("Choose how the value is compared."))
    if not isinstance(below, bool):
        raise flaw(f"{place}.below", _("Whether departments below count is a yes or no."), _("Write true or false."))
    value = _value(data.get("value"), place=f"{place}.value")
    return Condition(subject=subject, test=str(test), value=value, below=below)


def _value(data: object, *, place: str) -> Value:
    """Scalars and lists of them; `subjects` knows their meaning."""
    if isinstance(data, list | tuple):
        if len(data) > MOST_VALUES:
            fault = _("A condition may name %(most)d values.") % {"most": MOST_VALUES}
            raise flaw(place, fault, _("Use a segment, or upload a sheet of members."), code="rule_too_long")
        return tuple(_scalar(item, place) for item in data)  # type: ignore[return-value]
    return None if data is None else _scalar(data, place)


def _scalar(data: object, place: str) -> str | int | bool:
    if isinstance(data, bool | int):
        return data
    if isinstance(data, float):
        return f"{data:f}" if abs(data) < LARGEST_FLOAT else str(data)
    if isinstance(data, str) and len(data) <= LONGEST_VALUE and data.isprintable():
        return data.strip()
    fault = _("A value is a text of at most %(most)d characters, a number, a date, or yes or no.")
    raise flaw(place, fault % {"most": LONGEST_VALUE}, _("Write it without line breaks."))


def _refuse_others(data: Mapping[Any, Any], known: Sequence[str], place: str) -> None:
    others = [str(key) for key in data if key not in known]
    if others:
        fault = _("A rule has no “%(name)s”.") % {"name": others[0]}
        raise flaw(place, fault, _("It has %(names)s.") % {"names": ", ".join(known)})
