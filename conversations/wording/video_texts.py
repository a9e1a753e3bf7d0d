"""Texts about videos: in progress, waiting, failed or impossible."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from avatars.models import Render
from conversations.wording.durations import duration, span, wait_words
from wecom.contents import truncate

TITLE = 128  # bytes of the title of a video


def video_usage() -> str:
    return _("Write the text after the command, like this:\n/video Welcome to the company.")


def video_started(low: float, high: float, text: str) -> str:
    return _("Your video is being made: “%(text)s”\nIt will be here in about %(time)s. Go on chatting meanwhile.") % {
        "text": truncate(text, 60),
        "time": span(low, high),
    }


def card_source() -> str:
    return _("AI video")


def label_status() -> str:
    return _("Status")


def label_ready() -> str:
    return _("Ready")


def label_as_of() -> str:
    return _("As of")


def place_in_queue(place: int) -> str:
    """The place of a queued video. The first is taken within seconds, long before a card shows another state."""
    return _("About to be made") if place <= 1 else _("No. %d in the queue") % place


def making(stage: str, per_cent: int) -> str:
    return _("Being made: %(stage)s, %(progress)d %%") % {"stage": stage, "progress": per_cent}


def ready_at(low: float, high: float, at: datetime) -> str:
    """The remaining time and the latest time of day, in hours and minutes, rounded up."""
    by = at + timedelta(seconds=59)
    return _("in about %(time)s, by %(at)s") % {"time": span(low, high), "at": f"{by:%H:%M}"}


def button_progress() -> str:
    return _("How far?")


def button_text_first() -> str:
    return _("Text first")


def button_cancel() -> str:
    return _("Cancel it")


def text_first(text: str) -> str:
    return _("The video will follow. Here is its text:\n%s") % text


def video_failed_text_given() -> str:
    return _("I could not deliver this as a video, sorry. You have its text already.")


def video_ready_soon(text: str) -> str:
    return _("I have already made this video: “%s”. Here it comes.") % truncate(text, 60)


def video_title(render: Render) -> str:
    """Its words where they fit a title, else its digital human: the description has the words then."""
    return render.shown_text if _fits(render.shown_text) else render.digital_human.name


def video_asked_for(render: Render) -> str:
    """The title of a video that a member requested; many other messages may have come since. As `video_title`."""
    title = _("The video you asked for: %s") % render.shown_text
    return title if _fits(title) else _("The video you asked for")


def _fits(title: str) -> bool:
    return truncate(title, TITLE) == title


def voice_instead(text: str, *, late: bool) -> str:
    """Comes before the recordings, which cannot carry a label themselves."""
    sentence = _("Your video “%(text)s” is not ready in time, sorry. Here it is as a voice message, made by AI.")
    if not late:
        sentence = _("Your video “%(text)s” could not be made, sorry. Here it is as a voice message, made by AI.")
    return sentence % {"text": truncate(text, 60)}


def video_late(text: str) -> str:
    return _("Your video is not ready in time, sorry. Here is its text:\n%s") % text


def video_failed(text: str) -> str:
    return _("I could not deliver this as a video, sorry. Here is the text:\n%s") % text


def video_not_allowed(text: str) -> str:
    return _("I may not appear in a video just now, so here is the text:\n%s") % text


def video_on_page() -> str:
    return _("This video is too large for a message. Tap to watch it.")


def video_cancelled(text: str) -> str:
    return _("The video “%s” was cancelled.") % truncate(text, 60)


def too_many_videos(most: int) -> str:
    return (
        ngettext(
            "You already wait for %d video. Let me finish it first, or send /cancel.",
            "You already wait for %d videos. Let me finish them first, or send /cancel.",
            most,
        )
        % most
    )


def script_too_long(length: int, most: int) -> str:
    return _("This text has %(length)d characters; a video can have %(most)d. Please send a shorter one.") % {
        "length": length,
        "most": most,
    }


def no_digital_human() -> str:
    return _("No digital human is on duty here yet, so I cannot make videos. Text works as ever.")


def nothing_to_say() -> str:
    return _("There is nothing in this text that I can say aloud. Please send words.")


def nothing_waits() -> str:
    return _("Everything is fine. No video of yours is being made right now.")


def work_in_progress(rows: list[tuple[str, str, float]]) -> str:
    """`rows` are (title, stage, seconds left)."""
    lines = [
        _("“%(text)s” – %(stage)s, about %(time)s left")
        % {"text": truncate(text, 60), "stage": stage, "time": duration(seconds)}
        for text, stage, seconds in rows
    ]
    return _("Being made for you:") + "\n" + "\n".join(f"· {line}" for line in lines)


def cancelled(count: int) -> str:
    if not count:
        return _("You are not waiting for any video.")
    return ngettext("Done: %d video was cancelled.", "Done: %d videos were cancelled.", count) % count


def quota_used_up(wait: float) -> str:
    return _(
        "You have had many videos made lately, so I need a break: ask me again in %(time)s. "
        "Videos that I made before I can send at any time, and text works as ever."
    ) % {"time": wait_words(wait)}
