"""What a schedule will do, before it does: when it speaks, and what a template says to its first members."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from avatars import services as avatars
from scheduling.descriptions import moment_words, zone_words
from scheduling.exceptions import SchedulingError
from scheduling.models import Schedule
from scheduling.schedules import personalisation, validation
from wecom.models import Member

PREVIEWED = 5
PREVIEWED_MEMBERS = 3


@dataclass(frozen=True, kw_only=True)
class Preview:
    """When a schedule speaks: in words, and its next moments, fewer than five where there are no more."""

    words: str
    zone: str
    moments: tuple[datetime, ...]
    moments_in_words: tuple[str, ...]
    warnings: tuple[str, ...]


def preview(schedule: Schedule, *, now: datetime | None = None) -> Preview:
    """When a schedule, saved or not, would speak. Raises `SchedulingError` where its time is not right."""
    now = now or timezone.now()
    for problem in validation.timing(schedule):
        raise problem
    moments = schedule.rule.upcoming(now, PREVIEWED)
    return Preview(
        words=schedule.words,
        zone=zone_words(schedule.zone, now),
        moments=tuple(moments),
        moments_in_words=tuple(moment_words(at, schedule.zone) for at in moments),
        warnings=tuple(validation.timing_warnings(schedule, now)),
    )


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What one member is told by a template: `lacking` are variables that it requires and that are not known of them,
    `defaulted` those whose default is said."""

    who: str
    text: str
    lacking: tuple[str, ...]
    defaulted: tuple[str, ...]


def preview_words(schedule: Schedule) -> tuple[list[Spoken], list[SchedulingError]]:
    """What the first members of a schedule, saved or not, would be told by its template; and what is wrong with it."""
    if schedule.template is None:
        return [], []
    faults = [fault for fault in validation.problems(schedule) if fault.field in ("values", "template", "text")]
    known = personalisation.members_of(schedule)
    shown = []
    for user_id in schedule.user_ids[:PREVIEWED_MEMBERS]:
        member = known.get(user_id, Member(user_id=user_id))
        found = avatars.personalise(
            schedule.template, schedule.values, facts=personalisation.facts(member), slots=personalisation.FACTS
        )
        shown.append(Spoken(who=str(member), text=found.text, lacking=found.missing, defaulted=found.defaulted))
    return shown, faults
