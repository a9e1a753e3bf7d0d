"""Sentences of *Why?*: the event, and its cause."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ACTS = {
    "start": gettext_lazy("The flow was started."),
    "say": gettext_lazy("The member wrote."),
    "answer": gettext_lazy("The member answered."),
    "choose": gettext_lazy("The member tapped a button."),
    "back": gettext_lazy("The member went back."),
    "restart": gettext_lazy("The member started over."),
    "help": gettext_lazy("The member asked for help."),
    "cancel": gettext_lazy("The member cancelled."),
    "remind": gettext_lazy("No answer came: the reminder was due."),
    "expire": gettext_lazy("No answer came in time."),
    "time_out": gettext_lazy("The time of the whole flow was over."),
    "wake": gettext_lazy("The wait was over."),
    "resume": gettext_lazy("The flow went on where it was."),
    "return": gettext_lazy("A call or a sub-flow came back."),
}
TIMERS = {
    "remind": gettext_lazy("“%(name)s” reminds after %(minutes)d min without an answer"),
    "expire": gettext_lazy("“%(name)s” waits %(minutes)d min for an answer"),
    "wake": gettext_lazy("“%(name)s” waits %(minutes)d min"),
    "time_out": gettext_lazy("“%(name)s” ends %(minutes)d min after its start"),
}
SOURCES = {
    "typed": gettext_lazy("%(slot)s – typed at %(at)s"),
    "tapped": gettext_lazy("%(slot)s – tapped at %(at)s"),
    "sent": gettext_lazy("%(slot)s – sent at %(at)s"),
    "spoken": gettext_lazy("%(slot)s – spoken at %(at)s"),
    "given": gettext_lazy("%(slot)s – given when the flow was started"),
    "call": gettext_lazy("%(slot)s – from a call"),
    "passed": gettext_lazy("%(slot)s – passed in by the flow around it"),
    "taken": gettext_lazy("%(slot)s – taken over from a sub-flow"),
    "set": gettext_lazy("%(slot)s – set by a step"),
}
HOW = {
    "same": gettext_lazy("by the same words"),
    "words": gettext_lazy("by its words"),
    "meaning": gettext_lazy("by its meaning"),
    "chosen": gettext_lazy("The member chose it from the suggestions."),
    "told_later": gettext_lazy("The member had asked to be told."),
}
# By the reason of the errand that asked the language model.
ASKED_BEFORE = {
    "empty": gettext_lazy("It was asked first, and had no answer that its sources support."),
    "late": gettext_lazy("It was asked first, and did not answer in time."),
    "busy": gettext_lazy("It was asked first, and could not be reached, or was busy."),
    "refused": gettext_lazy("It was asked first, and refused, or a limit of the day was reached."),
}
NOT_ANSWERED = gettext_lazy("It was to be asked first, and was not.")
NOTICES = {
    "cannot_read": gettext_lazy("The message is of a kind that cannot be read."),
    "too_long": gettext_lazy("The message is too long."),
    "button_does_nothing": gettext_lazy("The button of the menu starts nothing."),
    "question_over": gettext_lazy("The button belongs to a question that is over."),
    "unknown_command": gettext_lazy("No command has this name."),
    "progress": gettext_lazy("A button of the card of a video was tapped."),
    "chosen": gettext_lazy("It confirms a choice on a card."),
    "too_much": gettext_lazy("The member wrote more than the rate limit allows."),
    "file_is_coming": gettext_lazy("A file of the member was still being fetched."),
    "looking_up": gettext_lazy("The answer takes some seconds."),
    "offer_to_tell": gettext_lazy("The table had no answer: the member can be told later."),
    "expired_by_plan": gettext_lazy("The date until which this version could be finished is over."),
    "ends_soon": gettext_lazy("This version can be finished until a date, which comes soon."),
    "moved": gettext_lazy("The session was moved to a newer version of the flow."),
}
PROGRAMS = {
    "rest": gettext_lazy("A program sent it over REST."),
    "handler": gettext_lazy("A handler in code answered."),
    "code": gettext_lazy("Code sent it."),
}


def timer(act: str, name: str, minutes: int, asked_at: str) -> str:
    """A time that was over; with when the question was asked, if that is known."""
    text = str(TIMERS[act]) % {"name": name, "minutes": minutes}
    return _("%(timer)s – asked at %(at)s") % {"timer": text, "at": asked_at} if asked_at else text


def act(name: str) -> str:
    """The input that moved the flow."""
    return str(ACTS.get(name, name))


def was(value: str) -> str:
    """The values that a condition met."""
    return _("it was “%s”") % value if value else _("it was empty")


def taken(way: str, condition: str, met: str) -> str:
    """A transition that was taken, with its condition if it has one."""
    if not condition:
        return _("%s: taken") % way
    return _("%(way)s: taken, for “%(condition)s” held") % {"way": way, "condition": condition} + _also(met)


def not_taken(way: str, condition: str, met: str) -> str:
    """A transition that was looked at and not taken."""
    return _("%(way)s: not taken, for “%(condition)s” did not hold") % {"way": way, "condition": condition} + _also(met)


def from_source(slot: str, how: str, at: str) -> str:
    """A slot with where it comes from; alone if that was not recorded or its message is gone."""
    template = SOURCES.get(how)
    if template is None or (how in ("typed", "tapped", "spoken") and not at):
        return slot
    return str(template) % {"slot": slot, "at": at}


def score(value: float, least: float | None = None) -> str:
    """How near something was, and from where on that counts."""
    if least is None:
        return f"{value:.2f}"
    return _("%(score).2f, which counts from %(least).2f on") % {"score": value, "least": least}


def _also(met: str) -> str:
    return f" ({met})" if met else ""
