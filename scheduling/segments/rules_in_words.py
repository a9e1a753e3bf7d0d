"""A rule in words, in the active language: 入职日期 距今 30 天以内，且 部门 属于 研发部（含下级）."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from scheduling.descriptions import listed
from scheduling.models import Segment
from scheduling.segments.rule_subjects import Kind, Subject, Subjects
from scheduling.segments.rules import Condition, Group, Op, Rule, Test
from wecom.models import Corporation, Department, Tag

MOST_NAMED = 4
PHRASES: Mapping[Test, str] = {
    Test.IS: gettext_noop("%(subject)s is %(value)s"),
    Test.IS_NOT: gettext_noop("%(subject)s is not %(value)s"),
    Test.ONE_OF: gettext_noop("%(subject)s is one of %(value)s"),
    Test.NONE_OF: gettext_noop("%(subject)s is none of %(value)s"),
    Test.CONTAINS: gettext_noop("%(subject)s contains %(value)s"),
    Test.STARTS_WITH: gettext_noop("%(subject)s begins with %(value)s"),
    Test.LESS: gettext_noop("%(subject)s is less than %(value)s"),
    Test.GREATER: gettext_noop("%(subject)s is greater than %(value)s"),
    Test.BEFORE: gettext_noop("%(subject)s is before %(value)s"),
    Test.AFTER: gettext_noop("%(subject)s is after %(value)s"),
    Test.BETWEEN: gettext_noop("%(subject)s is from %(value)s"),
    Test.WITHIN_DAYS: gettext_noop("%(subject)s lies %(value)s"),
    Test.DAYS_AGO: gettext_noop("%(subject)s lies %(value)s"),
    Test.ANNIVERSARY_WITHIN: gettext_noop("%(subject)s has its anniversary %(value)s"),
    Test.ANNIVERSARY_IN: gettext_noop("%(subject)s has its anniversary %(value)s"),
    Test.IS_KNOWN: gettext_noop("%(subject)s is known"),
    Test.IS_UNKNOWN: gettext_noop("%(subject)s is not known"),
}
PLACES = (Kind.DEPARTMENT, Kind.TAG, Kind.SEGMENT)


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of the rows that rules point to, by kind and number."""

    of: Mapping[Kind, Mapping[int, str]] = field(default_factory=dict)

    def name(self, kind: Kind, number: Any) -> str:
        """Its name, or its number if it is gone."""
        name = self.of.get(kind, {}).get(number)
        return name or _("#%(number)s (gone)") % {"number": number}

    def lacks(self, kind: Kind, number: int) -> bool:
        """Whether it is gone."""
        return number not in self.of.get(kind, {})


def names_in(groups: Iterable[Group], *, corporation: Corporation) -> Names:
    """The names that these rules of one company need."""
    return names_by_company({corporation.pk: groups})[corporation.pk]


def names_by_company(groups: Mapping[int, Iterable[Group]]) -> dict[int, Names]:
    """The names that rules need, by the key of their company: one query for each kind of them."""
    wanted: dict[Kind, set[int]] = {kind: set() for kind in PLACES}
    for group in (rule_group for theirs in groups.values() for rule_group in theirs):
        for condition in group.conditions():
            if condition.subject in wanted and isinstance(condition.value, tuple):
                wanted[Kind(condition.subject)] |= {int(number) for number in condition.value}
    rows: dict[Kind, Any] = {
        Kind.DEPARTMENT: Department.objects.existing().filter(number__in=wanted[Kind.DEPARTMENT]),
        Kind.TAG: Tag.objects.filter(number__in=wanted[Kind.TAG], gone_at=None),
        Kind.SEGMENT: Segment.objects.filter(pk__in=wanted[Kind.SEGMENT]),
    }
    names: dict[int, dict[Kind, dict[int, str]]] = {key: {kind: {} for kind in PLACES} for key in groups}
    for kind in (place for place in PLACES if wanted[place]):
        for row in rows[kind].filter(corporation__in=list(groups)):
            names[row.corporation_id][kind][row.pk if kind == Kind.SEGMENT else row.number] = str(row)
    return {key: Names(of=of) for key, of in names.items()}


def describe_group(group: Group, *, subjects: Subjects, names: Names) -> str:
    """A rule in words; "everybody" for one without conditions."""
    return _group(group.tidy(), subjects, names) if group.tidy().rules else _("everybody")


def _group(group: Group, subjects: Subjects, names: Names, *, inside: bool = False) -> str:
    parts = [_rule(rule, subjects, names) for rule in group.rules]
    if group.op == Op.NONE:
        return _("none of these: %(rules)s") % {"rules": pgettext("between alternatives", "; ").join(parts)}
    glue = pgettext("between conditions", ", and ") if group.op == Op.ALL else pgettext("between conditions", ", or ")
    text = glue.join(parts)
    return _("(%(words)s)") % {"words": text} if inside and len(parts) > 1 else text


def _rule(rule: Rule, subjects: Subjects, names: Names) -> str:
    if isinstance(rule, Group):
        return _group(rule, subjects, names, inside=True)
    subject = subjects.get(rule.subject)
    if subject is None:
        return _("“%(key)s”, which is gone") % {"key": rule.subject}
    if subject.kind == Kind.FLAG:
        return str(_("leads a department") if rule.value else _("leads no department"))
    return _(PHRASES[Test(rule.test)]) % {"subject": subject.label, "value": _value(rule, subject, names)}


def _value(condition: Condition, subject: Subject, names: Names) -> str:
    value, test = condition.value, Test(condition.test)
    if test in (Test.WITHIN_DAYS, Test.ANNIVERSARY_WITHIN) and isinstance(value, tuple):
        return _span(int(value[0]), int(value[1]))
    if test == Test.DAYS_AGO:
        return _distance(-_number(value))
    if test == Test.ANNIVERSARY_IN:
        return _distance(_number(value))
    if test == Test.BETWEEN and isinstance(value, tuple):
        ends = {"first": _one(value[0], subject, names), "last": _one(value[1], subject, names)}
        return _("%(first)s to %(last)s") % ends
    if isinstance(value, tuple):
        shown = _listed([_one(item, subject, names) for item in value])
        below = subject.kind == Kind.DEPARTMENT and condition.below
        return _("%(names)s (with those below)") % {"names": shown} if below else shown
    return _one(value, subject, names)


def _one(value: Any, subject: Subject, names: Names) -> str:
    if subject.kind in PLACES:
        return names.name(subject.kind, value)
    if subject.kind == Kind.DATE:
        return str(formats.date_format(date.fromisoformat(str(value)), "SHORT_DATE_FORMAT")) if value else ""
    return str(dict(subject.choices).get(value, value))


def _span(first: int, last: int) -> str:
    if first == last:
        return _distance(first)
    if last == 0:
        return ngettext("within the last %(count)d day", "within the last %(count)d days", -first) % {"count": -first}
    if first == 0:
        return ngettext("within the next %(count)d day", "within the next %(count)d days", last) % {"count": last}
    return _("from %(first)s to %(last)s") % {"first": _distance(first), "last": _distance(last)}


def _distance(days: int) -> str:
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("%(count)d day ago", "%(count)d days ago", -days) % {"count": -days}
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


def _number(value: Any) -> int:
    return int(value)


def _listed(names: Sequence[str]) -> str:
    shown = listed(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return _("%(names)s and %(more)d more") % {"names": shown, "more": more} if more > 0 else shown
