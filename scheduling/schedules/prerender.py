"""Renders videos ahead of time, so that the video of nine o'clock is sent at nine.

Equal texts share one render, so the run finds it finished. If it is late or failed, the run requests it again, and the
usual fallbacks apply.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from avatars import services as avatars
from avatars.models import Consent, DigitalHuman
from conversations import services as conversations
from core.exceptions import OpenUserError
from scheduling.models import Schedule
from scheduling.schedules.audience import audience_of
from scheduling.schedules.personalisation import FACTS, known_members, member_facts
from wecom.models import Member

logger = logging.getLogger(__name__)

# An estimate may be off by this factor, and other renders may be queued before.
CAUTION = 2


def prepare_all(*, now: datetime) -> int:
    """Request the videos that are due soon. Returns for how many schedules."""
    farthest = now + timedelta(minutes=settings.SCHEDULING["PRERENDER_MAX_MINUTES"])
    return sum(prepare(schedule, now=now) for schedule in Schedule.objects.near(now, farthest))


@transaction.atomic
def prepare(schedule: Schedule, *, now: datetime) -> bool:
    """Request the videos of a schedule's next moment when it is time; once for each moment."""
    upcoming = schedule.rule.upcoming(now, 1)
    if not upcoming or schedule.ahead_for == upcoming[0]:
        return False
    try:
        human = schedule.digital_human or _human_of(schedule)
        scripts = list(_scripts(schedule))
        if now < upcoming[0] - _lead(schedule, scripts, human.mode):
            return False
        asked = [
            avatars.request_render(
                human,
                text,
                template=schedule.template,
                spliced=schedule.splices,
                mode=schedule.mode,
                purpose=Consent.Purpose.CAMPAIGN.value,
                priority=avatars.CAMPAIGN,
            )
            for text in scripts
        ]
        schedule.ahead = next(iter(asked), None)
    except OpenUserError as error:
        # The run itself will record the failure.
        logger.warning("A video cannot be made ahead.", extra={"schedule": schedule.pk, "reason": error.code})
        schedule.ahead = None
    schedule.ahead_for = upcoming[0]
    schedule.save(update_fields=["ahead", "ahead_for"])
    return schedule.ahead is not None


def _human_of(schedule: Schedule) -> DigitalHuman:
    if schedule.template is not None:
        return schedule.template.digital_human
    return conversations.digital_human_of(schedule.application)


def _scripts(schedule: Schedule) -> Iterator[str]:
    """The scripts of all members without duplicates, except those with a missing value, who get text."""
    if schedule.template is None:
        yield schedule.text
        return
    said = (avatars.personalise(schedule.template, schedule.values, facts=one, slots=FACTS) for one in _known(schedule))
    yield from dict.fromkeys(found.text for found in said if not found.missing)


def _known(schedule: Schedule) -> Iterator[dict[str, str]]:
    """The facts about each member, also about those without a row."""
    user_ids = audience_of(schedule).user_ids
    rows = known_members(schedule, user_ids)
    for user_id in user_ids:
        yield member_facts(rows.get(user_id, Member(user_id=user_id)))


def _lead(schedule: Schedule, scripts: Sequence[str], mode: str) -> timedelta:
    expected = sum(avatars.estimate_render_seconds(text, schedule.mode or mode) for text in scripts)
    return max(timedelta(minutes=settings.SCHEDULING["PRERENDER_MINUTES"]), timedelta(seconds=CAUTION * expected))
