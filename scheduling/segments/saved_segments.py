"""Segments: checked, saved, counted and deleted."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Segment, Series
from scheduling.segments.query import Compiler
from scheduling.segments.rule_subjects import (
    TEST_LABELS,
    Kind,
    Shape,
    Subject,
    shape_of,
    subjects_by_company,
    subjects_of,
)
from scheduling.segments.rules import Group, Test, flaw, parse_group
from scheduling.segments.rules_in_words import describe_group, names_by_company, names_in
from wecom.models import Corporation, Member


@transaction.atomic
def save_segment(segment: Segment, *, by: AbstractBaseUser | None = None) -> Segment:
    """Check and save a segment. Raises `SchedulingError` with the field, the place in the rule and the remedy."""
    segment.name, segment.description = segment.name.strip(), segment.description.strip()
    check_segment_name(segment)
    # Two segments that come to name each other at once would go in a circle.
    Corporation.objects.select_for_update().get(pk=segment.corporation_id)
    segment.rule = check_rule(segment.rule, corporation=segment.corporation, own=segment.pk)
    if segment.pk is None and by is not None:
        segment.created_by_id = by.pk
    before = Segment.objects.filter(pk=segment.pk).values_list("rule", flat=True).first()
    if before != segment.rule:
        segment.rule_by_id, segment.rule_at = by.pk if by else None, timezone.now()
        segment.name_client()
    segment.save()
    return segment


@transaction.atomic
def remove_segment(segment: Segment) -> None:
    """Delete a segment. Raises `SchedulingError` while something uses it, and names that."""
    uses = segment_uses(segment)
    if uses:
        fault = _("The segment is used: %(uses)s.") % {"uses": ", ".join(uses)}
        remedy = _("Take it out there first.")
        raise SchedulingError(fault, code="segment_used", remedy=remedy)
    segment.delete()


def segment_uses(segment: Segment) -> list[str]:
    """The users of a segment, by name: other segments, and all rows with an audience."""
    others = [_("segment “%(name)s”") % {"name": other.name} for other in Segment.objects.naming(segment)]
    over = (Campaign.State.FINISHED, Campaign.State.CANCELLED)
    alone = Campaign.objects.exclude(state__in=over).filter(series=None).order_by("name")
    campaigns = alone.values_list("name", "audience")
    series = [row.name for row in Series.objects.going().order_by("name") if row.names_segment(segment.pk)]
    return (
        others
        + [_("series “%(name)s”") % {"name": name} for name in series]
        + [
            _("campaign “%(name)s”") % {"name": name}
            for name, audience in campaigns
            if any(segment.pk in (side.get("segments") or ()) for side in (audience, audience.get("exclude") or {}))
        ]
    )


def segment_warnings(segment: Segment) -> list[str]:
    """Warnings on a saved segment: departments and tags that are gone select no members."""
    return list(gone_places([parse_group(segment.rule)], segment.corporation))


def segments_in_words(segments: Collection[Segment]) -> dict[int, str]:
    """The rules of these segments in words, by key, with as many queries for one as for all of a company."""
    groups: dict[int, dict[int, Group]] = {}
    for segment in segments:
        groups.setdefault(segment.corporation_id, {})[segment.pk] = parse_group(segment.rule)
    subjects = subjects_by_company(list(groups))
    names = names_by_company({company: theirs.values() for company, theirs in groups.items()})
    return {
        key: describe_group(group, subjects=subjects[company], names=names[company])
        for company, theirs in groups.items()
        for key, group in theirs.items()
    }


def count_segments(segments: Collection[Segment]) -> dict[int, int | None]:
    """How many members these segments of one company have today; None where a rule is broken."""
    counts: dict[int, int | None] = {segment.pk: None for segment in segments}
    if not segments:
        return counts
    corporation = next(iter(segments)).corporation
    compiler = Compiler(corporation, today=timezone.localdate())
    for segment in segments:
        try:
            condition = compiler.compile_segments((segment.pk,))
        except SchedulingError:
            continue
        # One query each: as filters of one aggregate, PostgreSQL asks each condition of each member.
        counts[segment.pk] = members_here(corporation).filter(condition).count()
    return counts


def subjects_for_rules(corporation: Corporation) -> Mapping[str, Subject]:
    """The subjects of conditions on members, for forms."""
    return subjects_of(corporation)


def value_shape(test: str) -> str:
    """The operand of a test: nothing, one, many, range, days or count."""
    return shape_of(Test(test)).value if test in list(Test) else Shape.ONE.value


def rule_catalogue(subjects: Mapping[str, Subject]) -> dict[str, dict[str, Any]]:
    """Subjects and their tests, for the script of a form, in the active language."""
    return {
        "subjects": {
            key: {
                "kind": subject.kind.value,
                "tests": [test.value for test in subject.tests],
                "choices": [[value, str(label)] for value, label in subject.choices],
            }
            for key, subject in subjects.items()
        },
        "tests": {
            test.value: {"label": str(label), "shape": shape_of(test).value} for test, label in TEST_LABELS.items()
        },
    }


def check_rule(rule: object, *, corporation: Corporation, own: int | None = None) -> dict[str, Any]:
    """The JSON of a rule in its one form. Raises `SchedulingError` with the place of the error and the remedy."""
    group = checked_group(rule, Compiler(corporation, today=timezone.localdate()), own=own)
    if not group.rules:
        remedy = _("Add one. For everyone, choose “everyone” as the audience.")
        raise flaw("rule", _("The segment has no condition."), remedy, code="rule_empty")
    return group.as_json()


def check_segment_name(segment: Segment) -> None:
    """Raise `SchedulingError` unless the segment has a name of its own."""
    if not segment.name:
        raise SchedulingError(_("The segment has no name."), code="name_missing", field="name", remedy=_("Write one."))
    others = Segment.objects.filter(corporation=segment.corporation_id, name=segment.name).exclude(pk=segment.pk)
    if others.exists():
        fault = _("Another segment has this name.")
        raise SchedulingError(fault, code="name_taken", field="name", remedy=_("Choose another one."))


def checked_group(rule: object, compiler: Compiler, *, own: int | None) -> Group:
    """The rule in its one form, after it compiled: its facts and segments exist, and it goes in no circle."""
    group = compiler.check(parse_group(rule).tidy())
    compiler.compile(group, open_segments=own_path(own))
    return group


def members_here(corporation: Corporation) -> QuerySet[Member]:
    """The members of a company who have not left it."""
    return Member.objects.filter(corporation=corporation).exclude(status=Member.Status.LEFT)


def own_path(own: int | None) -> tuple[int, ...]:
    """The segments that a rule is within: the one whose rule it is, once that has a key."""
    return () if own is None else (own,)


def gone_places(groups: Iterable[Group], corporation: Corporation) -> Iterable[str]:
    """Warnings on departments and tags of these groups that do not exist any more."""
    listed = list(groups)
    names = names_in(listed, corporation=corporation)
    texts = {
        Kind.DEPARTMENT: _("Department %(number)s does not exist (any more), so nobody is in it."),
        Kind.TAG: _("Tag %(number)s does not exist (any more), so nobody has it."),
    }
    for group in listed:
        for condition in group.conditions():
            kind = Kind(condition.subject) if condition.subject in (Kind.DEPARTMENT, Kind.TAG) else None
            for number in condition.value if kind and isinstance(condition.value, tuple) else ():
                if kind and names.lacks(kind, int(number)):
                    yield texts[kind] % {"number": number}
