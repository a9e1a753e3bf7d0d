"""Departments, tags, members and segments for a picker: found by name, and named again when a form is shown."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from scheduling.models import Segment
from wecom.models import Department, Member, Tag

MOST = 12  # of one kind
BETWEEN_IDS = re.compile(r"[\s,;，；、|]+")
LONGEST_NUMBER = 10


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A department or tag (`id` is its number), a member (its user ID) or a segment (its key)."""

    kind: str
    id: str
    name: str
    note: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def parse_user_ids(text: str) -> list[str]:
    """The user IDs in a text, each once and in lower case, as WeChat Work compares them."""
    return list(dict.fromkeys(user_id.lower() for user_id in BETWEEN_IDS.split(text) if user_id))


def find_choices(corporation_id: int, query: str, kinds: Iterable[str]) -> list[Choice]:
    """Those of these kinds whose name or number contains these words; at most a dozen of each kind."""
    query = query.strip()
    if not query:
        return []
    return [choice for kind in kinds for choice in _FOUND[kind](corporation_id, query)]


def named_choices(corporation_id: int, kind: str, ids: Sequence[Any]) -> list[Choice]:
    """These by name, in the order of their names; by their ID where they have no row."""
    if not ids:
        return []
    choices = list(_NAMED[kind](corporation_id, ids))
    known = {choice.id for choice in choices}
    lost = [Choice(kind=kind, id=str(key), name=_lost(kind, key)) for key in ids if str(key) not in known]
    return [*choices, *lost]


def departments(corporation_id: int) -> QuerySet[Department]:
    """The departments that exist, by name."""
    return Department.objects.existing().filter(corporation=corporation_id).order_by("name", "number")


def tags(corporation_id: int) -> QuerySet[Tag]:
    """The tags that exist, by name."""
    return Tag.objects.filter(corporation=corporation_id, gone_at=None).order_by("name", "number")


def members(corporation_id: int) -> QuerySet[Member]:
    """The members, by name."""
    rows = Member.objects.filter(corporation=corporation_id).select_related("main_department")
    return rows.order_by("name", "user_id")


def department_choices(rows: Iterable[Department]) -> Iterator[Choice]:
    """Departments for a picker."""
    for row in rows:
        yield Choice(kind="department", id=str(row.number), name=str(row), note=_("department"))


def tag_choices(rows: Iterable[Tag]) -> Iterator[Choice]:
    """Tags for a picker."""
    for row in rows:
        yield Choice(kind="tag", id=str(row.number), name=str(row), note=_("tag"))


def member_choices(rows: Iterable[Member]) -> Iterator[Choice]:
    """Members for a picker, with their user ID and department."""
    for row in rows:
        place = row.main_department.name if row.main_department else ""
        note = " · ".join(part for part in (row.user_id if row.name else "", place) if part)
        yield Choice(kind="member", id=row.user_id, name=str(row), note=note)


def named_or_numbered(query: str) -> Q:
    """Rows whose name contains these words, or whose number they are."""
    named = Q(name__icontains=query)
    numbered = query.isascii() and query.isdecimal() and len(query) <= LONGEST_NUMBER
    return named | Q(number=int(query)) if numbered else named


def _segments(corporation_id: int) -> QuerySet[Segment]:
    return Segment.objects.filter(corporation=corporation_id).order_by("name")


def _segment_choices(rows: Iterable[Segment]) -> Iterator[Choice]:
    for row in rows:
        yield Choice(kind="segment", id=str(row.pk), name=row.name, note=_("segment"))


def _lost(kind: str, key: object) -> str:
    return str(key) if kind == "member" else _("#%(number)s (gone)") % {"number": key}


_FOUND: Mapping[str, Callable[[int, str], Iterable[Choice]]] = {
    "department": lambda company, query: department_choices(
        departments(company).filter(named_or_numbered(query))[:MOST]
    ),
    "tag": lambda company, query: tag_choices(tags(company).filter(named_or_numbered(query))[:MOST]),
    "segment": lambda company, query: _segment_choices(_segments(company).filter(name__icontains=query)[:MOST]),
    "member": lambda company, query: member_choices(
        members(company).exclude(status=Member.Status.LEFT).called(query)[:MOST]  # type: ignore[attr-defined]
    ),
}
_NAMED: Mapping[str, Callable[[int, Sequence[Any]], Iterable[Choice]]] = {
    "department": lambda company, ids: department_choices(departments(company).filter(number__in=ids)),
    "tag": lambda company, ids: tag_choices(tags(company).filter(number__in=ids)),
    "segment": lambda company, ids: _segment_choices(_segments(company).filter(pk__in=ids)),
    "member": lambda company, ids: member_choices(members(company).filter(user_id__in=ids)),
}
