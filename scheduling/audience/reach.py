"""An audience as members: who they are, and who of them is left out and why. Each is one query; nothing is read whole.

The room of campaigns adds reasons of its own: `with_reasons(…, further=[When(…, then=Value("opted_out"))])`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import services as conversations
from scheduling import descriptions
from scheduling.audience.audience_rule import AudienceRule, Selection
from scheduling.exceptions import SchedulingError
from scheduling.models import AudienceSheet, AudienceSheetMember
from scheduling.segments.query import NOBODY, Compiler
from wecom.models import Application, ApplicationMember, Member

FIRST = 5
LEFT, DISABLED, NOT_ACTIVATED = Member.Status.LEFT, Member.Status.DISABLED, Member.Status.NOT_ACTIVATED
OUT_OF_RANGE, UNKNOWN = "out_of_range", "unknown"
REASONS: Mapping[str, Any] = {
    LEFT.value: gettext_lazy("has left the company"),
    DISABLED.value: gettext_lazy("is disabled in WeChat Work"),
    NOT_ACTIVATED.value: gettext_lazy("has not activated WeChat Work yet"),
    OUT_OF_RANGE: gettext_lazy("is outside the application's visible range"),
    UNKNOWN: gettext_lazy("is not in the directory"),
}
"""Why a member of an audience gets nothing, in the order in which they are looked for. Campaigns add theirs."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Those who get nothing for one reason: how many, and the first of them by name."""

    reason: str
    count: int
    names: tuple[str, ...]

    @property
    def listed(self) -> str:
        """The names as one text."""
        return descriptions.listed(self.names)

    @property
    def label(self) -> str:
        return str(REASONS.get(self.reason, self.reason))


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How many get it, the first of them by name, who is left out, and how many the exclusions take away."""

    count: int
    names: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    excluded: int

    @property
    def listed(self) -> str:
        """The first names as one text."""
        return descriptions.listed(self.names)

    @property
    def left_out_count(self) -> int:
        return sum(group.count for group in self.left_out)


def members_of(
    rule: AudienceRule, *, application: Application, today: date, compiler: Compiler | None = None
) -> QuerySet[Member]:
    """The members of an audience, each once. Raises `SchedulingError` for a row that it names and that does not exist.

    Those who left count only where a list names them, so that "everyone" does not mean everyone who ever was here.
    """
    compiler = compiler or Compiler(application.corporation, today=today)
    without = selected(rule.exclude, compiler)
    return _company(application).filter(selected(rule.include, compiler) & ~without)


def selected(selection: Selection, compiler: Compiler) -> Q:
    """A selection as a condition on members of the company."""
    either = compiler.compile_segments(selection.segments) if selection.segments else NOBODY
    if selection.everyone:
        either = ~NOBODY
    for below in (True, False):
        if numbers := tuple(department.number for department in selection.departments if department.below is below):
            either |= compiler.in_departments(numbers, below=below)
    if selection.tags:
        either |= compiler.tagged(selection.tags)
    named = Q(user_id__in=selection.members) if selection.members else NOBODY
    if selection.sheet is not None:
        named |= Q(Exists(_lines(selection.sheet, compiler).filter(user_id=OuterRef("user_id"))))
    if either == NOBODY:
        return named
    return named | (either & ~Q(status=LEFT))


def with_reasons(members: QuerySet[Member], *, application: Application, further: Sequence[When] = ()) -> QuerySet[Any]:
    """The members with `skip_reason`: one of `REASONS`, or of the `further` ones, or "" for those who get it."""
    out = ApplicationMember.objects.filter(application=application, member=OuterRef("pk"), in_range=False)
    reasons = [When(status=status, then=Value(status.value)) for status in (LEFT, DISABLED, NOT_ACTIVATED)]
    reasons += [When(Exists(out), then=Value(OUT_OF_RANGE)), *further]
    return members.annotate(skip_reason=Case(*reasons, default=Value(""), output_field=CharField(max_length=32)))


def unknown_ids(rule: AudienceRule, *, application: Application) -> QuerySet[AudienceSheetMember] | None:
    """The lines of its sheet with an unknown user ID; None without a sheet."""
    if rule.include.sheet is None:
        return None
    known = Member.objects.filter(corporation=application.corporation_id, user_id=OuterRef("user_id"))
    return AudienceSheetMember.objects.filter(~Exists(known), sheet=rule.include.sheet).order_by("line")


def make_members(rule: AudienceRule, *, application: Application) -> None:
    """Make rows for members that it names one by one, unless a directory says that they do not exist."""
    missing = unknown_members(rule, application=application)
    strangers = set(conversations.find_unknown(missing, application=application)) if missing else set()
    for user_id in missing:
        if user_id not in strangers:
            conversations.conversation_with(user_id, application=application)


def unknown_members(rule: AudienceRule, *, application: Application) -> list[str]:
    """The unknown ones of the user IDs that it names one by one."""
    known = _company(application).filter(user_id__in=rule.include.members).values_list("user_id", flat=True)
    return sorted(set(rule.include.members) - set(known)) if rule.include.members else []


def reach_of(
    rule: AudienceRule, *, application: Application, today: date, further: Sequence[When] = (), first: int = FIRST
) -> Reach:
    """The number of members that an audience reaches, the first of them, and those left out, by reason: a few queries
    for any number.
    """
    compiler = Compiler(application.corporation, today=today)
    members = members_of(rule, application=application, today=today, compiler=compiler)
    judged = with_reasons(members, application=application, further=further)
    counts = dict(judged.order_by().values_list("skip_reason").annotate(Count("pk")))
    left_out = [
        LeftOut(reason=reason, count=counts[reason], names=first_names(judged.filter(skip_reason=reason), first))
        for reason in sorted(counts, key=_rank)
        if reason
    ]
    excluded = 0
    if rule.exclude:
        chosen = selected(rule.include, compiler) & selected(rule.exclude, compiler)
        excluded = _company(application).filter(chosen).count()
    return Reach(
        count=counts.get("", 0),
        names=first_names(judged.filter(skip_reason=""), first) if counts.get("") else (),
        left_out=(*left_out, *_unknown(rule, application, first)),
        excluded=excluded,
    )


def first_names(members: QuerySet[Member], most: int) -> tuple[str, ...]:
    """The names of the first members, by user ID where they have none."""
    rows = members.order_by("pk").values_list("name", "user_id")[:most]
    return tuple(name or user_id for name, user_id in rows)


def _company(application: Application) -> QuerySet[Member]:
    return Member.objects.filter(corporation=application.corporation_id)


def _lines(sheet: int, compiler: Compiler) -> QuerySet[AudienceSheetMember]:
    if not AudienceSheet.objects.filter(pk=sheet, corporation=compiler.corporation).exists():
        fault = _("The uploaded list %(key)d does not exist (any more).") % {"key": sheet}
        remedy = _("Lists are deleted after a while. Upload it again.")
        raise SchedulingError(fault, code="sheet_gone", field="audience.sheet", remedy=remedy)
    return AudienceSheetMember.objects.filter(sheet=sheet)


def _unknown(rule: AudienceRule, application: Application, first: int) -> list[LeftOut]:
    named, lines = unknown_members(rule, application=application), unknown_ids(rule, application=application)
    count = len(named) + (lines.exclude(user_id__in=named).count() if lines is not None else 0)
    if not count:
        return []
    listed = [
        *named,
        *(lines.exclude(user_id__in=named).values_list("user_id", flat=True)[:first] if lines is not None else ()),
    ]
    return [LeftOut(reason=UNKNOWN, count=count, names=tuple(listed[:first]))]


def _rank(reason: str) -> int:
    """The order of the reasons on a page."""
    known = list(REASONS)
    return known.index(reason) if reason in known else len(known)


def preview_audience(
    rule: AudienceRule, *, application: Application, today: date | None = None, further: Sequence[When] = ()
) -> Reach:
    """How many get it, the first by name, and who is left out and why. `further` are reasons of a campaign."""
    return reach_of(rule, application=application, today=today or timezone.localdate(), further=further)
