"""Notices of flows, and their questions."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations.machine.calls import Returned, Way
from conversations.machine.notices import Notice
from core.text.slot_values import Choice, numbered_labels


def notice(kind: Notice, flow: str) -> str:
    """The text of a notice; `flow` is the flow's name."""
    texts = {
        Notice.NOT_VALID: _("I did not understand that. Please try again, or send “cancel” to leave."),
        Notice.NOT_A_TIME: _("Please write a time, like 15:30 or half past three."),
        Notice.NOT_A_MOMENT: _("Please write a day and a time, like tomorrow at 15:30 or next Monday at 9."),
        Notice.NOT_A_MEMBER: _("I found no colleague of that name. Please write the full name or the user ID."),
        Notice.NOT_A_DEPARTMENT: _("I found no department of that name. Please write its name as in the contacts."),
        Notice.NOT_A_PICTURE: _("Please send a picture here, from your album or your camera."),
        Notice.NOT_A_FILE: _("Please send a picture or a video here."),
        Notice.DONE: _("Thank you. That was the last question."),
        Notice.AT_START: _("This is the first question already."),
        Notice.HELP: _(
            "We are in “%(flow)s”. Answer the question below. You can also send:\n"
            "· back – change the last answer\n"
            "· restart – start over\n"
            "· cancel – leave"
        ),
        Notice.REMINDER: _("Are you still there? “%(flow)s” waits for your answer. Send “cancel” to leave."),
        Notice.CANCELLED: _("Done: “%(flow)s” was cancelled."),
        Notice.GAVE_UP: _("Let us leave it at that. Your answers are kept: send “continue” to go on, or “restart”."),
        Notice.KEPT: _("Your answers are kept. Send “continue” to go on with “%(flow)s”, or “restart”."),
        Notice.EXPIRED: _("“%(flow)s” has ended, because no answer came. Send “continue” to go on, or “restart”."),
        Notice.FAILED: _("Sorry, “%(flow)s” cannot go on. Please tell its administrator."),
    }
    return texts[kind] % {"flow": flow} if "%(" in texts[kind] else texts[kind]


def question(text: str, labels: Sequence[str]) -> str:
    """A question, with its choices as a numbered list."""
    return "\n".join([text.strip(), *numbered_labels(labels)])


def which_member(name: str, *, more: bool) -> str:
    """Before the members that were found for a name; `more`: there are others."""
    text = _("Which “%s” do you mean?") % name
    return f"{text} " + _("There are more; if they are not here, write the full name.") if more else text


def which_department(name: str, *, more: bool) -> str:
    """Before the departments that were found for a name; `more`: there are others."""
    text = _("Which department do you mean by “%s”?") % name
    return f"{text} " + _("There are more; if it is not here, write the full name.") if more else text


def yes_no_choices() -> tuple[Choice, ...]:
    """The choices of a question that is answered by yes or no."""
    return (Choice(value="yes", label=_("Yes")), Choice(value="no", label=_("No")))


def send_file(endings: Sequence[str], *, is_picture: bool) -> str:
    """To a member who sent a file of another kind than a question asks for."""
    text = notice(Notice.NOT_A_PICTURE if is_picture else Notice.NOT_A_FILE, "")
    return f"{text} " + _("Possible are: %s.") % ", ".join(endings) if endings else text


def file_too_large(most: int) -> str:
    """To a member whose file has more than so many MB."""
    return _("This file is too large. Please send one of at most %d MB.") % most


def file_is_lost() -> str:
    """To a member whose file WeChat Work did not give to us."""
    return _("Your file did not arrive. Please send it again.")


def file_is_coming() -> str:
    """To a member who writes while their file is fetched."""
    return _("One moment, I am still receiving your file.")


def cannot_check() -> str:
    """To a member whose answer code could not check."""
    return _("Your answer cannot be checked right now. Please try again later, or send “cancel” to leave.")


def refused() -> str:
    """To a member whose answer code refuses without a reason."""
    return _("This answer is not accepted. Please check it.")


def updated(flow: str) -> str:
    """Before the question, to a member whose session goes on in a newer version."""
    return _("“%s” was updated. Your answers are kept; we go on here:") % flow


def ends_soon(flow: str, until: datetime) -> str:
    """To a member whose session ends at a date; `until` is in their zone."""
    text = _("There is a newer version of “%(flow)s”. Please finish it until %(until)s; then it ends.")
    return text % {"flow": flow, "until": date_format(until, "SHORT_DATETIME_FORMAT")}


def ends_asleep(flow: str, until: datetime) -> str:
    """The same to a member whose session waits until a time, so that they have nothing to answer now."""
    text = _("There is a newer version of “%(flow)s”. It is waiting now; if it is not over by %(until)s, it ends then.")
    return text % {"flow": flow, "until": date_format(until, "SHORT_DATETIME_FORMAT")}


def ended_by_plan(flow: str) -> str:
    """The standard text at the date until which an older version could be finished."""
    return _("“%s” has ended, because there is a newer version. Start it again whenever you like.") % flow


def please_choose() -> str:
    return _("Please choose:")


def please_answer() -> str:
    return _("Please write your answer.")


def button_choose() -> str:
    return _("Choose")


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


def sleeps(until: datetime) -> str:
    """A wait as *Try it* shows it."""
    return _("The flow waits here until %s.") % date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")


def one_moment() -> str:
    return _("One moment, please.")


def calls(method: str, url: str) -> str:
    """A call as *Try it* shows it."""
    return _("The flow calls %(method)s %(url)s.") % {"method": method, "url": url}


def returned(what: Returned) -> str:
    """The end of a call as a golden conversation shows it."""
    if what.way == Way.FAILED:
        return _("The call fails")
    if what.way == Way.TIMEOUT:
        return _("The call takes too long")
    kept = ", ".join(f"{name} = {value}" for name, value in what.kept.items())
    return _("The call works: %s") % kept if kept else _("The call works")
