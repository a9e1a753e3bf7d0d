"""Previews a schedule: its next moments, and the scripts of its first members."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from scheduling.audience.personalisation import without_personal
from scheduling.descriptions import describe_moment, describe_zone
from scheduling.exceptions import SchedulingError
from scheduling.models import Schedule
from scheduling.schedules import validation
from scheduling.schedules.audience import audience_of
from scheduling.schedules.scripts import scripts_of
from wecom.models import Member

PREVIEWED = 5
PREVIEWED_MEMBERS = 3


@dataclass(frozen=True, kw_only=True)
class Preview:
    """When a schedule runs: its rule in words, and its next moments, at most five."""

    words: str
    zone: str
    moments: tuple[datetime, ...]
    moments_in_words: tuple[str, ...]
    warnings: tuple[str, ...]


def preview(schedule: Schedule, *, now: datetime | None = None) -> Preview:
    """The preview of a schedule, saved or not. Raises `SchedulingError` if its times are wrong."""
    now = now or timezone.now()
    for problem in validation.timing(schedule):
        raise problem
    moments = schedule.rule.upcoming(now, PREVIEWED)
    return Preview(
        words=schedule.words,
        zone=describe_zone(schedule.zone, now),
        moments=tuple(moments),
        moments_in_words=tuple(describe_moment(at, schedule.zone) for at in moments),
        warnings=tuple(validation.timing_warnings(schedule, now)),
    )


@dataclass(frozen=True, kw_only=True)
class MemberScript:
    """The script of a template or presentation for one member.

    `lacking` are required variables with unknown values, `defaulted` are those that use their default.
    """

    who: str
    text: str
    lacking: tuple[str, ...]
    defaulted: tuple[str, ...]


def preview_scripts(schedule: Schedule, *, in_full: bool = False) -> tuple[list[MemberScript], list[SchedulingError]]:
    """The scripts for the first members of a schedule, saved or not, and the problems with its source.

    Personal facts are masked, unless they are wanted `in_full`.
    """
    source = schedule.source
    if source is None:
        return [], []
    shown_at = ("values", "template", "presentation", "text")
    faults = [fault for fault in validation.problems(schedule) if fault.field in shown_at]
    scripts = scripts_of(schedule, source, audience_of(schedule).user_ids[:PREVIEWED_MEMBERS])
    shown = [
        MemberScript(
            who=str(member),
            text=_shown(script.text, member, in_full=in_full),
            lacking=script.missing,
            defaulted=script.defaulted,
        )
        for member, script in scripts
    ]
    return shown, faults


def _shown(text: str, member: Member, *, in_full: bool) -> str:
    return text if in_full else without_personal(text, member)
