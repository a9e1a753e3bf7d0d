"""Renders videos ahead of time, so that the video of nine o'clock is sent at nine.

Equal texts share one render, so the run finds it finished. If it is late or failed, the run requests it again, and the
usual fallbacks apply.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from avatars import services as avatars
from avatars.models import Consent, DigitalHuman, Render
from conversations import services as conversations
from core.exceptions import OpenUserError
from scheduling.models import AwaitedVideo, Schedule
from scheduling.schedules.audience import audience_of
from scheduling.schedules.scripts import known_members, scripts_of

logger = logging.getLogger(__name__)

# An estimate may be off by this factor, and other renders may be queued before.
CAUTION = 2
Script = str | avatars.PersonalScript


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
        scripts = list(_scripts(schedule))
        if now < upcoming[0] - _lead(schedule, scripts):
            return False
        with transaction.atomic():
            asked = [_request(schedule, script) for script in scripts]
            schedule.ahead = next(iter(asked), None)
            _await(schedule, asked)
    except OpenUserError as error:
        # The run itself will record the failure.
        logger.warning("A video cannot be made ahead.", extra={"schedule": schedule.pk, "reason": error.code})
        schedule.ahead = None
    schedule.ahead_for = upcoming[0]
    schedule.save(update_fields=["ahead", "ahead_for"])
    return schedule.ahead is not None


def _await(schedule: Schedule, renders: Sequence[Render]) -> None:
    """Wait for these videos, and for no earlier ones."""
    let_go(schedule, but=renders)
    rows = [
        AwaitedVideo(schedule=schedule, render=render) for render in {render.pk: render for render in renders}.values()
    ]
    AwaitedVideo.objects.bulk_create(rows, ignore_conflicts=True)


def let_go(schedule: Schedule, *, but: Sequence[Render] = ()) -> None:
    """Wait no longer for the videos of a schedule: its moment has come, or its words or times were changed."""
    rows = schedule.videos.exclude(render__in=[render.pk for render in but])
    renders = list(rows.values_list("render", flat=True))
    rows.delete()
    end_unwanted(renders)


def end_unwanted(renders: Sequence[int]) -> None:
    """End those of these videos, by their keys, that nobody waits for (any more)."""
    if renders:
        avatars.cancel_unwanted(Render, Render.objects.filter(pk__in=renders))


def _request(schedule: Schedule, script: Script) -> Render:
    wish: dict[str, Any] = {"mode": schedule.mode, "purpose": Consent.Purpose.CAMPAIGN.value}
    wish |= {"priority": avatars.CAMPAIGN, "ends_unwanted": True}
    if isinstance(script, str):
        return avatars.request_render(_human_of(schedule), script, **wish)
    return avatars.request_personal_render(script, spliced=schedule.splices, **wish)


def _human_of(schedule: Schedule) -> DigitalHuman:
    return schedule.digital_human or conversations.digital_human_of(schedule.application)


def _scripts(schedule: Schedule) -> Iterator[Script]:
    """The scripts of all members without duplicates, but of those who get text by choice or for want of a value.

    Nothing where all get text.
    """
    source = schedule.source
    user_ids = audience_of(schedule).user_ids
    members = known_members(schedule, user_ids)
    reading = conversations.readers([member.pk for member in members.values()])
    watching = [one for one in user_ids if one not in members or members[one].pk not in reading]
    if source is None:
        if watching:
            yield schedule.text
        return
    said = (script for _member, script in scripts_of(schedule, source, watching))
    yield from {_words(script): script for script in said if not script.missing}.values()


def _words(script: avatars.PersonalScript) -> tuple[Any, ...]:
    """The key that tells two videos of a source apart."""
    return script.text, script.translated, tuple(script.values.items())


def _lead(schedule: Schedule, scripts: Sequence[Script]) -> timedelta:
    expected = sum(_seconds(schedule, script) for script in scripts)
    return max(timedelta(minutes=settings.SCHEDULING["PRERENDER_MINUTES"]), timedelta(seconds=CAUTION * expected))


def _seconds(schedule: Schedule, script: Script) -> float:
    if isinstance(script, str):
        return avatars.estimate_render_seconds(script, schedule.mode or _human_of(schedule).mode)
    return avatars.estimate_personal_render(script, mode=schedule.mode).likely
