"""Segments: checked, saved, counted and deleted."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError
from scheduling.models import Segment
from scheduling.segments.descriptions import describe_group, names_in
from scheduling.segments.query import Compiler
from scheduling.segments.reach import FIRST, first_names
from scheduling.segments.rules import Group, flaw, parse_group
from scheduling.segments.subjects import Kind, Subject, subjects_of
from wecom.models import Corporation, Member


@dataclass(frozen=True, kw_only=True)
class SegmentPreview:
    """Whom a rule means today: in words, how many of how many, the first by name, and what to mind."""

    words: str
    count: int
    of: int
    names: tuple[str, ...]
    warnings: tuple[str, ...]


@transaction.atomic
def save_segment(segment: Segment, *, by: AbstractBaseUser | None = None) -> Segment:
    """Check and save a segment. Raises `SchedulingError` with the field, the place in the rule and the remedy."""
    segment.name, segment.description = segment.name.strip(), segment.description.strip()
    _check_name(segment)
    # Two segments that come to name each other at once would go in a circle.
    Corporation.objects.select_for_update().get(pk=segment.corporation_id)
    compiler = Compiler(segment.corporation, today=timezone.localdate())
    group = _checked(segment.rule, compiler, own=segment.pk)
    if not group.rules:
        words, remedy = (
            _("The segment has no condition."),
            _("Add one. For everyone, choose “everyone” as the audience."),
        )
        raise flaw("rule", words, remedy, code="rule_empty")
    segment.rule = group.as_json()
    if segment.pk is None and by is not None:
        segment.created_by_id = by.pk
    segment.save()
    return segment


@transaction.atomic
def remove_segment(segment: Segment) -> None:
    """Delete a segment. Raises `SchedulingError` while something uses it, and names that."""
    uses = segment_uses(segment)
    if uses:
        words = _("The segment is used: %(uses)s.") % {"uses": ", ".join(uses)}
        remedy = _("Take it out there first.")
        raise SchedulingError(words, code="segment_used", field="segment", remedy=remedy)
    segment.delete()


def segment_uses(segment: Segment) -> list[str]:
    """What uses a segment, by name: other segments, and whatever else has an audience."""
    return [_("segment “%(name)s”") % {"name": one.name} for one in Segment.objects.naming(segment)]


def members_of_segment(segment: Segment, *, today: date | None = None) -> QuerySet[Member]:
    """The members whom a segment means, without those who left."""
    compiler = Compiler(segment.corporation, today=today or timezone.localdate())
    condition = compiler.compile(parse_group(segment.rule), open_segments=(segment.pk,))
    return _here(segment.corporation).filter(condition)


def preview_rule(rule: object, *, corporation: Corporation, own: int | None = None) -> SegmentPreview:
    """Whom a rule means today, saved or not; `own` is the key of its segment. Raises `SchedulingError`."""
    compiler = Compiler(corporation, today=timezone.localdate())
    group = _checked(rule, compiler, own=own)
    here = _here(corporation)
    found = here.filter(compiler.compile(group, open_segments=_path(own)))
    names = names_in([group], corporation=corporation)
    return SegmentPreview(
        words=describe_group(group, subjects=compiler.subjects, names=names),
        count=found.count(),
        of=here.count(),
        names=first_names(found, FIRST),
        warnings=tuple(_gone([group], corporation)),
    )


def segment_warnings(segment: Segment) -> list[str]:
    """What to mind of a saved segment: departments and tags that are gone select nobody."""
    return list(_gone([parse_group(segment.rule)], segment.corporation))


def segments_in_words(segments: Collection[Segment]) -> dict[int, str]:
    """The rules of these segments in words, by key, with as many queries for one as for all of a company."""
    words: dict[int, str] = {}
    by_company: dict[Corporation, list[Segment]] = {}
    for segment in segments:
        by_company.setdefault(segment.corporation, []).append(segment)
    for corporation, theirs in by_company.items():
        groups = {segment.pk: parse_group(segment.rule) for segment in theirs}
        subjects, names = subjects_of(corporation), names_in(groups.values(), corporation=corporation)
        for key, group in groups.items():
            words[key] = describe_group(group, subjects=subjects, names=names)
    return words


def count_segments(segments: Collection[Segment]) -> dict[int, int | None]:
    """How many members these segments of one company have today, in one statement; None where a rule is broken."""
    counts: dict[int, int | None] = {segment.pk: None for segment in segments}
    if not segments:
        return counts
    corporation = next(iter(segments)).corporation
    compiler = Compiler(corporation, today=timezone.localdate())
    conditions: dict[str, Q] = {}
    for segment in segments:
        try:
            conditions[f"segment_{segment.pk}"] = compiler.compile_segments((segment.pk,))
        except SchedulingError:
            continue
    sums = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    found = _here(corporation).aggregate(**sums) if sums else {}
    return counts | {int(name.removeprefix("segment_")): number for name, number in found.items()}


def subjects_for_rules(corporation: Corporation) -> Mapping[str, Subject]:
    """What of a member a condition can ask, for forms."""
    return subjects_of(corporation)


def _checked(rule: object, compiler: Compiler, *, own: int | None) -> Group:
    """The rule in its one form, after it compiled: its facts and segments exist, and it goes in no circle."""
    group = compiler.check(parse_group(rule).tidy())
    compiler.compile(group, open_segments=_path(own))
    return group


def _check_name(segment: Segment) -> None:
    if not segment.name:
        raise SchedulingError(_("The segment has no name."), code="name_missing", field="name", remedy=_("Write one."))
    others = Segment.objects.filter(corporation=segment.corporation_id, name=segment.name).exclude(pk=segment.pk)
    if others.exists():
        words = _("Another segment has this name.")
        raise SchedulingError(words, code="name_taken", field="name", remedy=_("Choose another one."))


def _here(corporation: Corporation) -> QuerySet[Member]:
    return Member.objects.filter(corporation=corporation).exclude(status=Member.Status.LEFT)


def _path(own: int | None) -> tuple[int, ...]:
    return () if own is None else (own,)


def _gone(groups: Iterable[Group], corporation: Corporation) -> Iterable[str]:
    listed = list(groups)
    names = names_in(listed, corporation=corporation)
    words = {
        Kind.DEPARTMENT: _("Department %(number)s does not exist (any more), so nobody is in it."),
        Kind.TAG: _("Tag %(number)s does not exist (any more), so nobody has it."),
    }
    for group in listed:
        for condition in group.conditions():
            kind = Kind(condition.subject) if condition.subject in (Kind.DEPARTMENT, Kind.TAG) else None
            for number in condition.value if kind and isinstance(condition.value, tuple) else ():
                if kind and names.lacks(kind, int(number)):
                    yield words[kind] % {"number": number}
