"""The fallback of a late or failed video: its script as voice messages, else as text."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Exists, OuterRef

from avatars import services as avatars
from avatars.exceptions import ConsentError, ScriptError
from avatars.models import Narration, Render
from conversations.delivery import video_delivery
from conversations.models import Message, MessageQuerySet
from conversations.preferences.preference_choices import prefers_text
from wecom.models import Member

DEADLINE, GONE, UNSPOKEN = "deadline", "file_missing", "voice_failed"
# Reasons of a failed render that rule out a narration too.
NOT_SPEAKABLE = frozenset(
    {
        *("nothing_to_say", "script_unspeakable", "script_empty", "speech_model_missing", "speech_model_broken"),
        *("voice_unknown", "voice_malformed", "speed_out_of_range", "silent"),
    }
)


class Fallback(StrEnum):
    """The contents to send for a message that waits for its video: the video, something else, or nothing yet."""

    WAIT = "wait"
    VIDEO = "video"
    VOICE = "voice"
    TEXT = "text"
    CHOSEN = "chosen"  # its text, without an excuse: the member has chosen that since
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The contents to send now; `why` is the code of the reason why it is not the video."""

    fallback: Fallback
    why: str = ""


def waiting_for_video() -> Exists:
    """The condition for renders that members wait for.

    Who has left the company waits for nothing, who reads the words of videos for no video, unless they asked for it.
    """
    return Exists(_waiting().not_chosen_as_text().filter(render=OuterRef("pk")))


def waiting_for_narration() -> Exists:
    """The condition for narrations that members wait for."""
    return Exists(_waiting().filter(narration=OuterRef("pk")))


def _waiting() -> MessageQuerySet:
    return Message.objects.waiting().exclude(member__status=Member.Status.LEFT)


def deadline_for(render: Render, *, now: datetime) -> datetime:
    """When a fallback is sent: not before twice the time that the member is told to wait."""
    seconds = max(settings.CONVERSATIONS["VIDEO_DEADLINE_SECONDS"], 2 * avatars.time_left(render).high)
    return now + timedelta(seconds=seconds)


def narration_time() -> timedelta:
    """How long before the deadline a narration is requested."""
    return timedelta(
        seconds=settings.CONVERSATIONS["VOICE_FALLBACK_SECONDS"] if settings.CONVERSATIONS["VOICE_FALLBACK"] else 0
    )


def decide(message: Message, *, now: datetime) -> Decision:
    """The contents to send for a waiting message now. Requests the narration when it is time."""
    render = message.render
    if not message.asked and prefers_text(message.member):
        return Decision(fallback=Fallback.CHOSEN)
    if render is not None and render.is_finished and avatars.is_consent_reason(render.reason):
        return Decision(fallback=Fallback.TEXT, why=render.reason)
    if render is not None and render.status == Render.Status.CANCELLED:
        return Decision(fallback=Fallback.NOTHING)
    if video_delivery.is_available(render) and render is not None:
        if not video_delivery.is_being_compressed(render):
            return Decision(fallback=Fallback.VIDEO)
        unfinished = True
    else:
        unfinished = render is not None and not render.is_finished
    if unfinished and not is_late(message, now=now):
        return Decision(fallback=Fallback.WAIT)
    return instead_of_video(message, why=_why(render, unfinished=unfinished), now=now)


def instead_of_video(message: Message, *, why: str, now: datetime) -> Decision:
    """The contents to send if there is no video."""
    if not settings.CONVERSATIONS["VOICE_FALLBACK"] or why in NOT_SPEAKABLE or message.render is None:
        return Decision(fallback=Fallback.TEXT, why=why)
    narration = message.narration
    if narration is None and not _is_over(message, now=now):
        narration = _narrate(message, message.render)
    if narration is None:
        return Decision(fallback=Fallback.TEXT, why=why)
    if narration.status == Narration.Status.DONE:
        return Decision(fallback=Fallback.VOICE, why=why)
    waits = not narration.is_finished and not _is_over(message, now=now)
    return Decision(fallback=Fallback.WAIT if waits else Fallback.TEXT, why=why)


def is_late(message: Message, *, now: datetime) -> bool:
    """Whether it is time for a narration; once that is requested, it stays so."""
    if message.narration is not None:
        return True
    return message.deadline_at is not None and message.deadline_at - narration_time() <= now


def _is_over(message: Message, *, now: datetime) -> bool:
    """Whether something must be sent now. A narration gets its time even if the video failed after the deadline."""
    begun = message.narration.created_at if message.narration else now
    ends = max(
        filter(None, (message.deadline_at, begun + narration_time() if message.narration else None)), default=None
    )
    return ends is not None and ends <= now


def _narrate(message: Message, render: Render) -> Narration | None:
    try:
        narration = avatars.request_narration(
            render.digital_human, render.text, recipe=render.recipe or None, purpose=render.purpose, cid=message.cid
        )
    except (ScriptError, ConsentError):
        return None
    message.narration = narration
    message.save(update_fields=["narration"])
    return narration


def _why(render: Render | None, *, unfinished: bool) -> str:
    if unfinished:
        return DEADLINE
    failed = render is not None and render.status == Render.Status.FAILED
    return (render.reason or "failed") if render is not None and failed else GONE
