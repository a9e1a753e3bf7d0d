"""The subjects of conditions on members, and their tests: the directory's columns, departments, tags, segments and
facts."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scheduling.segments.rules import Test
from wecom.facts.definitions import BUILT_IN, fact_type
from wecom.models import Corporation, FactDefinition, FactKind, Member

FACT = "fact:"  # what the subject of a fact begins with


class Kind(StrEnum):
    """The kind of values that a subject has."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    DEPARTMENT = "department"
    TAG = "tag"
    SEGMENT = "segment"


class Shape(StrEnum):
    """The values that a test compares with."""

    NOTHING = "nothing"
    ONE = "one"
    MANY = "many"
    RANGE = "range"
    DAYS = "days"
    COUNT = "count"


_SAME = (Test.IS, Test.IS_NOT, Test.ONE_OF, Test.NONE_OF)
_KNOWN = (Test.IS_KNOWN, Test.IS_UNKNOWN)
TESTS: Mapping[Kind, tuple[Test, ...]] = {
    Kind.TEXT: (*_SAME, Test.CONTAINS, Test.STARTS_WITH, *_KNOWN),
    Kind.CHOICE: (*_SAME, *_KNOWN),
    Kind.NUMBER: (Test.IS, Test.IS_NOT, Test.LESS, Test.GREATER, Test.BETWEEN, *_KNOWN),
    Kind.DATE: (
        *(Test.WITHIN_DAYS, Test.DAYS_AGO, Test.BEFORE, Test.AFTER, Test.BETWEEN, Test.IS, Test.IS_NOT),
        *(Test.ANNIVERSARY_WITHIN, Test.ANNIVERSARY_IN, *_KNOWN),
    ),
    Kind.FLAG: (Test.IS,),
    Kind.DEPARTMENT: (Test.ONE_OF, Test.NONE_OF, *_KNOWN),
    Kind.TAG: (Test.ONE_OF, Test.NONE_OF, *_KNOWN),
    Kind.SEGMENT: (Test.ONE_OF, Test.NONE_OF),
}
SHAPES: Mapping[Test, Shape] = {
    **dict.fromkeys(_KNOWN, Shape.NOTHING),
    **dict.fromkeys((Test.ONE_OF, Test.NONE_OF), Shape.MANY),
    Test.BETWEEN: Shape.RANGE,
    **dict.fromkeys((Test.WITHIN_DAYS, Test.ANNIVERSARY_WITHIN), Shape.DAYS),
    **dict.fromkeys((Test.DAYS_AGO, Test.ANNIVERSARY_IN), Shape.COUNT),
}
TEST_LABELS: Mapping[Test, Any] = {
    Test.IS: _("is"),
    Test.IS_NOT: _("is not"),
    Test.ONE_OF: _("is one of"),
    Test.NONE_OF: _("is none of"),
    Test.CONTAINS: _("contains"),
    Test.STARTS_WITH: _("begins with"),
    Test.LESS: _("is less than"),
    Test.GREATER: _("is greater than"),
    Test.BEFORE: _("is before"),
    Test.AFTER: _("is after"),
    Test.BETWEEN: _("is between (both included)"),
    Test.WITHIN_DAYS: _("is within days of today"),
    Test.DAYS_AGO: _("is exactly so many days ago"),
    Test.ANNIVERSARY_WITHIN: _("has its anniversary within days of today"),
    Test.ANNIVERSARY_IN: _("has its anniversary in exactly so many days"),
    Test.IS_KNOWN: _("is known"),
    Test.IS_UNKNOWN: _("is not known"),
}


def shape_of(test: Test) -> Shape:
    """The values that a test compares with."""
    return SHAPES.get(test, Shape.ONE)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Something that a condition can ask. `choices` are its values with their labels, for the kind `choice`."""

    key: str
    label: Any
    kind: Kind
    choices: tuple[tuple[str, Any], ...] = ()

    @property
    def tests(self) -> tuple[Test, ...]:
        return TESTS[self.kind]

    @property
    def fact(self) -> str:
        """The key of the fact; "" for others."""
        return self.key.removeprefix(FACT) if self.key.startswith(FACT) else ""


Subjects = Mapping[str, Subject]


def directory_subjects() -> Iterator[Subject]:
    """Those of WeChat Work's directory, and segments."""
    yield Subject(key="department", label=_("department"), kind=Kind.DEPARTMENT)
    yield Subject(key="tag", label=_("tag"), kind=Kind.TAG)
    yield Subject(key="segment", label=_("another segment"), kind=Kind.SEGMENT)
    yield Subject(key="name", label=pgettext_lazy("of a member", "name"), kind=Kind.TEXT)
    yield Subject(key="user_id", label=_("user ID"), kind=Kind.TEXT)
    yield Subject(key="position", label=pgettext_lazy("of a member", "position"), kind=Kind.TEXT)
    yield Subject(key="gender", label=_("gender"), kind=Kind.CHOICE, choices=tuple(Member.Gender.choices))
    yield Subject(key="language", label=_("language"), kind=Kind.CHOICE, choices=tuple(Member.Language.choices))
    # An audience has nobody who left.
    here = tuple(choice for choice in Member.Status.choices if choice[0] != Member.Status.LEFT)
    yield Subject(key="status", label=_("status"), kind=Kind.CHOICE, choices=here)
    yield Subject(key="is_leader", label=_("leads a department"), kind=Kind.FLAG)


def subjects_of(corporation: Corporation) -> Subjects:
    """All of a company: the directory's, the built-in facts and those of its own."""
    return subjects_by_company([corporation.pk])[corporation.pk]


def subjects_by_company(keys: Collection[int]) -> Mapping[int, Subjects]:
    """All of several companies, by the key of the company, in one query."""
    shared = {subject.key: subject for subject in directory_subjects()}
    for key, name, kind, _personal, _names in BUILT_IN:
        shared[FACT + key] = Subject(key=FACT + key, label=name, kind=Kind(kind))
    subjects = {key: dict(shared) for key in keys}
    for row in FactDefinition.objects.filter(corporation__in=keys).order_by("name", "pk"):
        subjects[row.corporation_id][FACT + row.key] = _own_fact(row)
    return subjects


def _own_fact(row: FactDefinition) -> Subject:
    fact = fact_type(row)
    choices = tuple((choice, choice) for choice in fact.choices) if fact.kind == FactKind.CHOICE else ()
    return Subject(key=FACT + fact.key, label=fact.name, kind=Kind(fact.kind), choices=choices)
