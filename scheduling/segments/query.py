"""Compiles a rule into one condition in SQL over members: an `EXISTS` per department, tag or fact, no joins.

So a member comes once, and a million of them are read, counted or copied in one statement.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property, reduce
from operator import and_, or_

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError
from scheduling.models import Segment
from scheduling.segments.comparisons import OPPOSITES, comparison
from scheduling.segments.condition_validation import checked
from scheduling.segments.departments import Departments
from scheduling.segments.rule_subjects import Kind, Subjects, subjects_of
from scheduling.segments.rules import Condition, Group, Op, Rule, Test, flaw, parse_group
from wecom.models import Corporation, MemberFact, Membership, Tag

NOBODY = Q(pk__in=())
EVERYBODY = ~NOBODY
MOST_IN_ALL = 500  # conditions, with those of the segments that a rule names
FACT_COLUMNS: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.CHOICE: "text",
    Kind.NUMBER: "number",
    Kind.DATE: "date",
}


class Compiler:
    """Compiles rules of one company as of one day; reads its facts, departments and segments once."""

    def __init__(self, corporation: Corporation, *, today: date) -> None:
        self.corporation = corporation
        self.today = today
        self.departments = Departments(corporation.pk)
        self._count = 0

    @cached_property
    def subjects(self) -> Subjects:
        return subjects_of(self.corporation)

    @cached_property
    def segments(self) -> Mapping[int, Segment]:
        """All segments of the company, by key. They are few, and rules name each other by key."""
        return Segment.objects.filter(corporation=self.corporation).in_bulk()

    def check(self, group: Group) -> Group:
        """The rule with its values in their one form. Raises `SchedulingError`."""
        return checked(group, self.subjects)

    def compile(self, group: Group, *, open_segments: tuple[int, ...] = ()) -> Q:
        """The members that a rule selects. Raises `SchedulingError` for a fact or segment that is gone."""
        self._count = 0
        return self._group(checked(group, self.subjects), open_segments)

    def compile_segments(self, keys: tuple[int, ...], *, open_segments: tuple[int, ...] = ()) -> Q:
        """The members of any of these segments."""
        self._count = 0
        return self._segments(keys, open_segments)

    def _group(self, group: Group, path: tuple[int, ...]) -> Q:
        parts = [self._rule(rule, path) for rule in group.rules]
        if group.op == Op.ALL:
            return reduce(and_, parts, EVERYBODY if not parts else Q())
        either = reduce(or_, parts) if parts else NOBODY
        return ~either if group.op == Op.NONE else either

    def _rule(self, rule: Rule, path: tuple[int, ...]) -> Q:
        if isinstance(rule, Group):
            return self._group(rule, path)
        self._count += 1
        if self._count > MOST_IN_ALL:
            fault = _("With the segments that it names, the rule has more than %(most)d conditions.")
            raise flaw("rule", fault % {"most": MOST_IN_ALL}, _("Make it shorter."), code="rule_too_long")
        test = Test(rule.test)
        if test in OPPOSITES:
            return ~self._positive(rule, OPPOSITES[test], path)
        return self._positive(rule, test, path)

    def _positive(self, condition: Condition, test: Test, path: tuple[int, ...]) -> Q:
        subject = self.subjects[condition.subject]
        by_kind: Mapping[Kind, Callable[[], Q]] = {
            Kind.DEPARTMENT: lambda: self._in_departments(condition, test),
            Kind.TAG: lambda: self._tagged(condition, test),
            Kind.SEGMENT: lambda: self._segments(tuple(map(int, _many(condition))), path),
            Kind.FLAG: lambda: _leads() if condition.value else ~_leads(),
        }
        if subject.kind in by_kind:
            return by_kind[subject.kind]()
        if not subject.fact:
            return self._compared(subject.kind, subject.key, condition, test)
        column = FACT_COLUMNS[subject.kind]
        facts = MemberFact.objects.filter(member=OuterRef("pk"), key=subject.fact)
        return Q(Exists(facts.filter(self._compared(subject.kind, column, condition, test))))

    def _compared(self, kind: Kind, column: str, condition: Condition, test: Test) -> Q:
        if test == Test.IS_KNOWN:
            return Q(**{f"{column}__isnull": False}) if kind in (Kind.NUMBER, Kind.DATE) else ~Q(**{column: ""})
        return comparison(kind, column, test, condition.value, today=self.today)

    def _in_departments(self, condition: Condition, test: Test) -> Q:
        if test == Test.IS_KNOWN:
            return Q(Exists(Membership.objects.filter(member=OuterRef("pk"), department__gone_at=None)))
        return self.in_departments(tuple(map(int, _many(condition))), below=condition.below)

    def in_departments(self, numbers: tuple[int, ...], *, below: bool = True) -> Q:
        """Members of these departments; of those below them, too, unless `below` is False."""
        return _memberships(self.departments.keys(numbers, below=below))

    def _tagged(self, condition: Condition, test: Test) -> Q:
        if test == Test.IS_KNOWN:
            return self.tagged(tuple(self.departments.tags))
        return self.tagged(tuple(map(int, _many(condition))))

    def tagged(self, numbers: tuple[int, ...]) -> Q:
        """Members with any of these tags: their own, or their departments'."""
        through = Tag.members.through.objects.filter(
            member=OuterRef("pk"), tag__corporation=self.corporation, tag__number__in=numbers, tag__gone_at=None
        )
        return Q(Exists(through)) | _memberships(self.departments.tagged(numbers))

    def _segments(self, keys: tuple[int, ...], path: tuple[int, ...]) -> Q:
        return reduce(or_, (self._segment(key, path) for key in keys), NOBODY)

    def _segment(self, key: int, path: tuple[int, ...]) -> Q:
        segment = self.segments.get(key)
        if segment is None:
            fault = _("The rule names segment %(key)d, which does not exist (any more).") % {"key": key}
            raise flaw("rule", fault, _("Choose another segment."), code="segment_gone")
        if key in path:
            fault = _("The segment “%(name)s” would name itself, through others.") % {"name": segment.name}
            raise flaw("rule", fault, _("Remove one of the conditions that name a segment."), code="segment_cycle")
        try:
            group = checked(parse_group(segment.rule), self.subjects)
        except SchedulingError as error:
            raise _of_segment(error, segment) from error
        return self._group(group, (*path, key))


def _of_segment(error: SchedulingError, segment: Segment) -> SchedulingError:
    """The error with the name of the segment that has it."""
    fault = _("Segment “%(name)s”: %(words)s") % {"name": segment.name, "words": error.message}
    return flaw("rule", fault, error.remedy, code=error.code)


def _many(condition: Condition) -> tuple[str | int, ...]:
    return condition.value if isinstance(condition.value, tuple) else ()


def _leads() -> Q:
    return Q(Exists(Membership.objects.filter(member=OuterRef("pk"), is_leader=True, department__gone_at=None)))


def _memberships(departments: tuple[int, ...]) -> Q:
    if not departments:
        return NOBODY
    return Q(Exists(Membership.objects.filter(member=OuterRef("pk"), department__in=departments)))
