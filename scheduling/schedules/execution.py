"""Executes one moment of a schedule: its `Run` and its messages, in one transaction."""

import logging
import secrets
from datetime import datetime

from django.db import transaction

from avatars.models import Consent
from conversations import services as conversations
from conversations.models import Conversation, Message
from core.exceptions import OpenUserError
from scheduling.audience.personalisation import member_facts, slots_of
from scheduling.models import Run, RunMessage, Schedule
from scheduling.schedules import prerender
from scheduling.schedules.audience import Audience, application_of, audience_of, check_size

logger = logging.getLogger(__name__)


@transaction.atomic
def send(schedule: Schedule, due_at: datetime, *, now: datetime, by_hand: bool = False) -> Run | None:
    """Send a schedule to its members and record the run; None if this moment has a run already."""
    cid = secrets.token_hex(8)
    run = record(schedule, due_at, Run.Outcome.SENT, now=now, by_hand=by_hand, cid=cid)
    if run is None:
        return None
    try:
        with transaction.atomic():
            audience = audience_of(schedule)
            check_size(len(audience.user_ids))
            with conversations.because(
                conversations.Cause.SCHEDULE, schedule=schedule.pk, run=run.pk, name=schedule.name
            ):
                said = _say(schedule, audience, cid)
            conversations.wait_for_dialogues([message for message, _defaulted in said], now=now)
    except OpenUserError as error:
        # The messages were rolled back, so the correlation ID leads to nothing.
        run.outcome, run.reason, run.detail, run.cid = Run.Outcome.FAILED, error.code, str(error), ""
        run.save(update_fields=["outcome", "reason", "detail", "cid"])
    else:
        run.unreached = dict(audience.unreached)
        if not said:
            run.outcome, run.reason, run.cid = Run.Outcome.SKIPPED, Run.Reason.NOBODY, ""
        run.save(update_fields=["outcome", "reason", "unreached", "cid"])
        # From now on these messages wait.
        prerender.let_go(schedule)
        RunMessage.objects.bulk_create(
            RunMessage(run=run, message=message, defaulted=list(defaulted)) for message, defaulted in said
        )
    logger.info("A schedule ran.", extra={"cid": cid, "schedule": schedule.pk, "outcome": run.outcome})
    return run


def record(
    schedule: Schedule,
    due_at: datetime,
    outcome: Run.Outcome,
    *,
    now: datetime,
    by_hand: bool = False,
    reason: str = "",
    others_missed: int = 0,
    cid: str = "",
) -> Run | None:
    """Record the outcome of a moment; None if it is recorded already."""
    values = {"outcome": outcome, "reason": reason, "by_hand": by_hand, "others_missed": others_missed}
    values |= {"cid": cid, "created_at": now}
    run, created = Run.objects.get_or_create(schedule=schedule, due_at=due_at, defaults=values)
    return run if created else None


def _say(schedule: Schedule, audience: Audience, cid: str) -> list[tuple[Message, tuple[str, ...]]]:
    """The messages, each with the variables that used their default."""
    # All conversations are locked before any render, and in one order, as everywhere.
    talks = [
        conversations.conversation_with(user_id, application=schedule.application) for user_id in audience.user_ids
    ]
    return [_say_to(talk, schedule, cid) for talk in talks]


def _say_to(talk: Conversation, schedule: Schedule, cid: str) -> tuple[Message, tuple[str, ...]]:
    if schedule.message_type != Schedule.MessageType.VIDEO:
        return conversations.say(talk, schedule.text, cid=cid), ()
    many, mode = Consent.Purpose.CAMPAIGN, schedule.mode
    if schedule.source is None:
        human = schedule.digital_human
        video = conversations.say_video(talk, schedule.text, mode=mode, digital_human=human, purpose=many, cid=cid)
        return video, ()
    message, values = conversations.say_personal(
        talk,
        schedule.source,
        schedule.values,
        facts=member_facts(talk.member, talk.language),
        slots=slots_of(application_of(schedule)),
        mode=mode,
        purpose=many,
        spliced=schedule.splices,
        cid=cid,
    )
    return message, values.defaulted
