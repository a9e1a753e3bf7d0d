"""What comes where a video does not: its words spoken, else written, and always by the deadline of the message."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings

from avatars import services as avatars
from avatars.exceptions import ConsentError, ScriptError
from avatars.models import Narration, Render
from conversations.delivery import video_form
from conversations.models import Message

DEADLINE, GONE, UNSPOKEN = "deadline", "file_missing", "voice_failed"
# Why a film failed that keeps its voice from speaking too.
SPEECHLESS = frozenset(
    {
        *("nothing_to_say", "script_unspeakable", "script_empty", "speech_model_missing", "speech_model_broken"),
        *("voice_unknown", "voice_malformed", "speed_out_of_range", "silent"),
    }
)


class Rung(StrEnum):
    """Where a message stands that waits for its video."""

    WAIT = "wait"
    VIDEO = "video"
    VOICE = "voice"
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What to do with it now; `why` is the code of what keeps the video away."""

    rung: Rung
    why: str = ""


def deadline(render: Render, *, now: datetime) -> datetime:
    """By when whoever is promised this video has something: never before twice as long as they are told to wait."""
    seconds = max(settings.CONVERSATIONS["VIDEO_DEADLINE_SECONDS"], 2 * avatars.time_left(render).high)
    return now + timedelta(seconds=seconds)


def margin() -> timedelta:
    """How long before the deadline its words begin to be spoken."""
    return timedelta(
        seconds=settings.CONVERSATIONS["VOICE_FALLBACK_SECONDS"] if settings.CONVERSATIONS["VOICE_FALLBACK"] else 0
    )


def step(message: Message, *, now: datetime) -> Step:
    """Where a waiting message stands. Asks for the narration where it is time for that."""
    render = message.render
    if render is not None and render.is_finished and avatars.is_consent_reason(render.reason):
        return Step(rung=Rung.TEXT, why=render.reason)
    if render is not None and render.status == Render.Status.CANCELLED:
        return Step(rung=Rung.NOTHING)
    if video_form.is_here(render) and render is not None:
        if not video_form.is_under_way(render):
            return Step(rung=Rung.VIDEO)
        unfinished = True
    else:
        unfinished = render is not None and not render.is_finished
    if unfinished and not is_late(message, now=now):
        return Step(rung=Rung.WAIT)
    return below(message, why=_why(render, unfinished=unfinished), now=now)


def below(message: Message, *, why: str, now: datetime) -> Step:
    """What comes in the place of a video that does not come."""
    if not settings.CONVERSATIONS["VOICE_FALLBACK"] or why in SPEECHLESS or message.render is None:
        return Step(rung=Rung.TEXT, why=why)
    narration = message.narration
    if narration is None and not _is_over(message, now=now):
        narration = _narrate(message, message.render)
    if narration is None:
        return Step(rung=Rung.TEXT, why=why)
    if narration.status == Narration.Status.DONE:
        return Step(rung=Rung.VOICE, why=why)
    waits = not narration.is_finished and not _is_over(message, now=now)
    return Step(rung=Rung.WAIT if waits else Rung.TEXT, why=why)


def is_late(message: Message, *, now: datetime) -> bool:
    """Whether it is time to speak instead; once that has begun, it stays so."""
    if message.narration is not None:
        return True
    return message.deadline_at is not None and message.deadline_at - margin() <= now


def _is_over(message: Message, *, now: datetime) -> bool:
    """Whether something must go out now. Where a video failed after its deadline, its words still have their time."""
    begun = message.narration.created_at if message.narration else now
    ends = max(filter(None, (message.deadline_at, begun + margin() if message.narration else None)), default=None)
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
