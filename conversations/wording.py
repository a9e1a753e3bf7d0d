"""What the digital human says of its own accord, in the language that is active."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from avatars.models import Render
from conversations.machine import Notice
from openuser.lib.slots import numbered
from wecom.contents import truncate


def greeting() -> str:
    return _("Hello! I am your digital human assistant. Write to me, or send /help to see what I can do.")


def too_much() -> str:
    return _("That was a lot at once. I answer what I have so far; please write the rest again in a minute.")


def help_text(name: str, flows: Sequence[tuple[str, str]] = ()) -> str:
    """`flows` are (what to write, what it is for)."""
    lines = "".join(f"\n· {way} – {title}" for way, title in flows)
    return (
        _(
            "I am %(name)s. You can:\n"
            "· ask me a question, just as you would ask a colleague\n"
            "· /video <text> – I say your text in a video\n"
            "· /status – see what is being made\n"
            "· /cancel – stop the videos you are waiting for\n"
            "· /help – see this again"
        )
        % {"name": name}
        + lines
    )


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
    return _("No. %d in the queue") % place


def making(stage: str, per_cent: int) -> str:
    return _("Being made: %(stage)s, %(progress)d %%") % {"stage": stage, "progress": per_cent}


def ready_at(low: float, high: float, at: datetime) -> str:
    """In how long, and by when at the latest, in hours and minutes that are not too early."""
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
    return truncate(render.text, 128)


def video_asked_for(render: Render) -> str:
    """The title of a video that somebody had asked for: they may have said much else meanwhile."""
    return truncate(_("The video you asked for: %s") % render.text, 128)


def voice_instead(text: str, *, late: bool) -> str:
    """Comes before the recordings, which cannot carry a label themselves."""
    words = _("Your video “%(text)s” is not ready in time, sorry. Here it is as a voice message, made by AI.")
    if not late:
        words = _("Your video “%(text)s” could not be made, sorry. Here it is as a voice message, made by AI.")
    return words % {"text": truncate(text, 60)}


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


def text_too_long(length: int, most: int) -> str:
    return _(
        "Thank you, but this is more than I can read at once (%(length)d characters, %(most)d at most). "
        "Please send the important part, or several shorter messages."
    ) % {"length": length, "most": most}


def not_understood() -> str:
    return _("I have no answer to that yet. Try other words, or send /help to see what I can do.")


def no_answer_in_time() -> str:
    return _("Sorry, I could not find an answer in time. Please ask me again in a while.")


def looking_up() -> str:
    return _("I am looking that up. One moment, please.")


def listening() -> str:
    return _("I am listening to your voice message. One moment, please.")


def heard(text: str) -> str:
    return _("I heard: “%s”") % truncate(text, 300)


def not_heard(reason: str, code: str) -> str:
    """Why a voice message has no words; `reason` is the errand's, `code` that of what went wrong."""
    if reason == "empty":
        return _("I could not hear any words in your voice message. Please speak once more, or write it.")
    if code in ("expired", "format", "too_large"):
        return _("Your voice message did not reach me in one piece. Please send it again, or write it.")
    return _("Sorry, I could not listen to your voice message just now. Please write it, or try again in a while.")


def answer_to(question: str, answer: str) -> str:
    """An answer that comes when something else was said meanwhile."""
    return _("On “%(question)s”:\n%(answer)s") % {"question": truncate(question, 60), "answer": answer}


def did_you_mean(command: str) -> str:
    return _("I do not know this command. Did you mean %s?") % command


def unknown_command() -> str:
    return _("I do not know this command. Send /help to see what I can do.")


def cannot_read(kind: str) -> str:
    seen = {
        "image": _("Thank you for the picture! I cannot look at pictures yet; please tell me in words."),
        "voice": _("Thank you for the voice message! I cannot listen yet; please write it."),
        "video": _("Thank you for the video! I cannot watch videos yet; please tell me in words."),
        "location": _("Thank you, I see where you are. I cannot use locations yet; please write what you need."),
        "link": _("Thank you for the link! I cannot open links; please write what it is about."),
    }
    return seen.get(kind, _("Thank you! I cannot read this kind of message yet; please write to me."))


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


def duration(seconds: float) -> str:
    """A span as a person says it; never less than it will be."""
    if seconds < 55:
        return _("%d seconds") % max(5, 5 * math.ceil(seconds / 5))
    minutes = math.ceil(seconds / 60)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def span(low: float, high: float) -> str:
    """From a span to another, or the longer one where a person would say the same of both."""
    if duration(low) == duration(high):
        return duration(high)
    return _("%(low)s to %(high)s") % {"low": duration(low), "high": duration(high)}


def quota_used_up(wait: float) -> str:
    return _(
        "You have had many videos made lately, so I need a break: ask me again in %(time)s. "
        "What I have filmed before I can send at any time, and text works as ever."
    ) % {"time": wait_words(wait)}


def wait_words(seconds: float) -> str:
    """A span that may be hours."""
    if seconds < 5400:
        return duration(seconds)
    hours = math.ceil(seconds / 3600)
    return ngettext("%d hour", "%d hours", hours) % hours


def notice(kind: Notice, flow: str) -> str:
    """What is said of a flow's own course; `flow` is its name."""
    words = {
        Notice.NOT_VALID: _("I did not understand that. Please try again, or send “cancel” to leave."),
        Notice.AT_START: _("This is the first question already."),
        Notice.HELP: _(
            "We are in “%(flow)s”. Answer the question below. You can also send:\n"
            "· back – change the last answer\n"
            "· restart – start over\n"
            "· cancel – leave"
        ),
        Notice.REMINDER: _("Are you still there? “%(flow)s” waits for your answer. Send “cancel” to leave."),
        Notice.CANCELLED: _("Done: “%(flow)s” was cancelled."),
        Notice.GAVE_UP: _("Let us leave it at that. Start “%(flow)s” again whenever you like, or send “help”."),
        Notice.EXPIRED: _("“%(flow)s” has ended, because no answer came. Send “continue” to go on, or “restart”."),
        Notice.FAILED: _("Sorry, “%(flow)s” cannot go on. Please tell whoever looks after it."),
    }
    return words[kind] % {"flow": flow} if "%(" in words[kind] else words[kind]


def question(text: str, labels: Sequence[str]) -> str:
    """A question, with its choices as a numbered list."""
    return "\n".join([text.strip(), *numbered(labels)])


def please_choose() -> str:
    return _("Please choose:")


def please_answer() -> str:
    return _("Please write your answer.")


def chosen(label: str) -> str:
    return _("Chosen: %s") % label


def over() -> str:
    return _("Closed")


def question_is_over() -> str:
    return _("This question is closed. Send “help” to see what I can do.")


def question_waits() -> str:
    return _("This question is closed. Send “continue” to take it up again, or “help” to see what I can do.")


def button_does_nothing() -> str:
    return _("Nothing is behind this button yet. Send “help” to see what I can do.")
