"""The members of a segment's rule today, before it is saved."""

from dataclasses import dataclass

from django.utils import timezone

from scheduling.audience.reach import FIRST, first_names
from scheduling.segments.query import Compiler
from scheduling.segments.rules_in_words import describe_group, names_in
from scheduling.segments.saved_segments import checked_group, gone_places, members_here, own_path
from wecom.models import Corporation


@dataclass(frozen=True, kw_only=True)
class SegmentPreview:
    """The members of a rule today: in words, how many of how many, the first by name, and warnings."""

    words: str
    count: int
    of: int
    names: tuple[str, ...]
    warnings: tuple[str, ...]


def preview_rule(rule: object, *, corporation: Corporation, own: int | None = None) -> SegmentPreview:
    """Whom a rule means today, saved or not; `own` is the key of its segment. Raises `SchedulingError`."""
    compiler = Compiler(corporation, today=timezone.localdate())
    group = checked_group(rule, compiler, own=own)
    here = members_here(corporation)
    members = here.filter(compiler.compile(group, open_segments=own_path(own)))
    names = names_in([group], corporation=corporation)
    return SegmentPreview(
        words=describe_group(group, subjects=compiler.subjects, names=names),
        count=members.count(),
        of=here.count(),
        names=first_names(members, FIRST),
        warnings=tuple(gone_places([group], corporation)),
    )
