"""Videos made before their moment, so that the one of nine o'clock leaves at nine.

A render is shared by equal words: what is made ahead is found done when the moment comes, and changes nothing else.
Where it is late or fails, the moment asks for it again, and who waits gets what everybody gets in place of a video.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from avatars import services as avatars
from avatars.models import Consent
from conversations import services as conversations
from openuser.lib.exceptions import OpenUserError
from scheduling.models import Schedule

logger = logging.getLogger(__name__)

# A guess may be wrong by that factor, and others may come before.
CAUTION = 2


def prepare_all(*, now: datetime) -> int:
    """Ask for the videos whose moment is near. Returns how many were asked for."""
    farthest = now + timedelta(minutes=settings.SCHEDULING["AHEAD_AT_MOST_MINUTES"])
    return sum(prepare(schedule, now=now) for schedule in Schedule.objects.near(now, farthest))


@transaction.atomic
def prepare(schedule: Schedule, *, now: datetime) -> bool:
    """Ask for the video of a schedule's next moment where it is time to; once for each moment."""
    upcoming = schedule.rule.upcoming(now, 1)
    if not upcoming or schedule.ahead_for == upcoming[0]:
        return False
    try:
        human = schedule.digital_human or conversations.digital_human_of(schedule.application)
        if now < upcoming[0] - _lead(schedule, human.mode):
            return False
        schedule.ahead = avatars.request_render(
            human,
            schedule.text,
            mode=schedule.mode,
            purpose=Consent.Purpose.CAMPAIGN.value,
            priority=avatars.CAMPAIGN,
        )
    except OpenUserError as error:
        # Nobody waits yet. The moment itself will say it, and be recorded as failed.
        logger.warning("A video cannot be made ahead.", extra={"schedule": schedule.pk, "reason": error.code})
        schedule.ahead = None
    schedule.ahead_for = upcoming[0]
    schedule.save(update_fields=["ahead", "ahead_for"])
    return schedule.ahead is not None


def _lead(schedule: Schedule, mode: str) -> timedelta:
    expected = timedelta(seconds=CAUTION * avatars.expected_seconds(schedule.text, schedule.mode or mode))
    return max(timedelta(minutes=settings.SCHEDULING["AHEAD_MINUTES"]), expected)
