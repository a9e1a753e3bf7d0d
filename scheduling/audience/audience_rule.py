"""An audience as a value: the selections that it includes, and those that it excludes. Pure.

Its JSON form has one order and no empty entries, so that equal audiences have equal hashes and equal YAML:
`{"departments": [{"number": 7}], "segments": [3], "exclude": {"tags": [5]}}`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError

MOST_MEMBERS = 1_000  # named one by one; more are a sheet
MOST_GROUPS = 200
LONGEST_ID = 64
LARGEST_NUMBER = 2**63 - 1
SELECTS = ("everyone", "departments", "tags", "members", "segments", "sheet")


@dataclass(frozen=True, kw_only=True, order=True)
class DepartmentChoice:
    """A department; with those below it unless `below` is False."""

    number: int
    below: bool = True

    def as_json(self) -> dict[str, Any]:
        return {"number": self.number} if self.below else {"number": self.number, "below": False}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Members of any of these: departments and tags by number, members by user ID, segments and a sheet by key."""

    everyone: bool = False
    departments: tuple[DepartmentChoice, ...] = ()
    tags: tuple[int, ...] = ()
    members: tuple[str, ...] = ()
    segments: tuple[int, ...] = ()
    sheet: int | None = None

    def __bool__(self) -> bool:
        return bool(self.as_json())

    def as_json(self) -> dict[str, Any]:
        data = {
            "everyone": self.everyone,
            "departments": [department.as_json() for department in self.departments],
            "tags": list(self.tags),
            "members": list(self.members),
            "segments": list(self.segments),
            "sheet": self.sheet,
        }
        return {name: value for name, value in data.items() if value}


@dataclass(frozen=True, kw_only=True)
class AudienceRule:
    """Members that `include` selects and `exclude` does not."""

    include: Selection = field(default_factory=Selection)
    exclude: Selection = field(default_factory=Selection)

    def as_json(self) -> dict[str, Any]:
        without = self.exclude.as_json()
        return {**self.include.as_json(), **({"exclude": without} if without else {})}


def parse_audience(data: object) -> AudienceRule:
    """The audience that this JSON stands for. Raises `SchedulingError` whose field is the place of the flaw."""
    if not isinstance(data, Mapping):
        raise _flaw("audience", _("An audience is an object."), _("Write one with %(names)s.") % _names())
    excluded = data.get("exclude") or {}
    if not isinstance(excluded, Mapping):
        raise _flaw("audience.exclude", _("An audience is an object."), _("Write one with %(names)s.") % _names())
    included = {name: value for name, value in data.items() if name != "exclude"}
    return AudienceRule(
        include=_selection(included, "audience"),
        exclude=_selection(excluded, "audience.exclude"),
    )


def check_somebody(rule: AudienceRule) -> None:
    """Raise `SchedulingError` for an audience that selects nothing at all."""
    if not rule.include:
        fault = _("The audience names nobody.")
        remedy = _("Choose departments, tags, members, segments, an uploaded list, or everyone.")
        raise _flaw("audience", fault, remedy, code="audience_empty")


def read_audience(data: object) -> AudienceRule:
    """The audience of this JSON, which selects members. Raises `SchedulingError` with the place and the remedy."""
    rule = parse_audience(data)
    check_somebody(rule)
    return rule


def _selection(data: Mapping[Any, Any], place: str) -> Selection:
    others = [str(name) for name in data if name not in SELECTS]
    if others:
        fault = _("An audience has no “%(name)s”.") % {"name": others[0]}
        raise _flaw(f"{place}.{others[0]}", fault, _("It has %(names)s.") % _names())
    everyone, sheet = data.get("everyone", False), data.get("sheet")
    if not isinstance(everyone, bool):
        raise _flaw(f"{place}.everyone", _("Whether it is everyone is a yes or no."), _("Write true or false."))
    return Selection(
        everyone=everyone,
        departments=_listed(data, "departments", place, _department, MOST_GROUPS),
        tags=_listed(data, "tags", place, _number, MOST_GROUPS),
        members=_listed(data, "members", place, _user_id, MOST_MEMBERS),
        segments=_listed(data, "segments", place, _number, MOST_GROUPS),
        sheet=None if sheet is None else _number(sheet, f"{place}.sheet"),
    )


def _listed(
    data: Mapping[Any, Any], name: str, place: str, read: Callable[[Any, str], Any], most: int
) -> tuple[Any, ...]:
    """The entries of a list, each once, in order."""
    listed = data.get(name) or ()
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise _flaw(f"{place}.{name}", _("“%(name)s” is a list.") % {"name": name}, _("Write a list."))
    if len(listed) > most:
        fault = _("“%(name)s” has %(count)d entries; it may have %(most)d.")
        remedy = _("Use a segment, or upload a sheet of members.")
        raise _flaw(f"{place}.{name}", fault % {"name": name, "count": len(listed), "most": most}, remedy)
    return tuple(sorted({read(entry, f"{place}.{name}.{number}") for number, entry in enumerate(listed)}))


def _department(data: Any, place: str) -> DepartmentChoice:
    if not isinstance(data, Mapping):
        return DepartmentChoice(number=_number(data, place))
    below = data.get("below", True)
    if not isinstance(below, bool) or set(data) - {"number", "below"}:
        fault = _("A department has a number, and says whether those below it count.")
        raise _flaw(place, fault, _("Write {“number”: 7} or {“number”: 7, “below”: false}."))
    return DepartmentChoice(number=_number(data.get("number"), f"{place}.number"), below=below)


def _number(data: Any, place: str) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or not 0 < data <= LARGEST_NUMBER:
        raise _flaw(place, _("“%(value)s” is no number.") % {"value": data}, _("Write a whole number, such as 7."))
    return data


def _user_id(data: Any, place: str) -> str:
    text = data.strip().lower() if isinstance(data, str) else ""
    if not text or len(text) > LONGEST_ID or not text.isprintable():
        fault = _("“%(value)s” is no user ID.") % {"value": data}
        raise _flaw(place, fault, _("Write WeChat Work user IDs, such as zhangsan."))
    return text


def _names() -> dict[str, str]:
    return {"names": ", ".join((*SELECTS, "exclude"))}


def _flaw(place: str, fault: str, remedy: str, *, code: str = "audience_invalid") -> SchedulingError:
    return SchedulingError(fault, code=code, remedy=remedy, field=place)
