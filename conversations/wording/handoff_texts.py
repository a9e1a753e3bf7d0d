"""Texts of a hand-off: to the member who is passed on, and to the operators on their phones."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.machine.commands import Place, commands_in
from conversations.wording import command_texts


def passed_on(group: str, minutes: int) -> str:
    """To the member: a person will answer."""
    text = ngettext(
        "A person of “%(group)s” will answer you here, mostly within %(minutes)d minute. "
        "Until then I am silent; what you write goes to them. To get back to me, send “/bot”.",
        "A person of “%(group)s” will answer you here, mostly within %(minutes)d minutes. "
        "Until then I am silent; what you write goes to them. To get back to me, send “/bot”.",
        minutes,
    )
    return text % {"group": group, "minutes": minutes}


def passed_on_later(group: str, opening: datetime | None) -> str:
    """To the member: a person will answer, but outside office hours."""
    if opening is None:
        text = _(
            "Nobody of “%s” is there at the moment. They answer you here when they are back. "
            "Until then I am silent; what you write goes to them. To get back to me, send “/bot”."
        )
        return text % group
    text = _(
        "Nobody of “%(group)s” is there now. They are back %(when)s and answer you here. "
        "Until then I am silent; what you write goes to them. To get back to me, send “/bot”."
    )
    return text % {"group": group, "when": when(opening)}


def still_waiting(group: str, ahead: int) -> str:
    """To the member who asks for a person again."""
    text = _("You are passed on to “%s” already. A person will answer you here.") % group
    more = ngettext("%d member is before you.", "%d members are before you.", ahead) % ahead
    return f"{text}\n{more}" if ahead else text


def answered_by(name: str) -> str:
    return _("%s answers you now. To get back to me, send “/bot”.") % name


def now_by(name: str) -> str:
    """To the member, after a transfer."""
    return _("From now on %s answers you.") % name


def with_person(name: str) -> str:
    """To the member who presses a button or asks for a person while one answers."""
    return _("%s answers you here. To get back to me, send “/bot”.") % name


def paused() -> str:
    """In place of the buttons of a question that waits until the person has answered."""
    return _("Paused: a person answers")


def nobody_there(group: str, opening: datetime | None) -> str:
    if opening is None:
        return _("Nobody of “%s” is there at the moment.") % group
    return _("Nobody of “%(group)s” is there now. They are back %(when)s.") % {"group": group, "when": when(opening)}


def when(moment: datetime) -> str:
    """A moment as people say it: the time today, else with the day."""
    local, today = timezone.localtime(moment), timezone.localdate()
    if local.date() == today:
        return _("at %s") % f"{local:%H:%M}"
    day = format_date(local, "m-d l")
    return _("on %(day)s at %(time)s") % {"day": day, "time": f"{local:%H:%M}"}


def leave_message() -> str:
    return _("Leave a message")


def how_to_leave_message() -> str:
    return _("You can leave a message: send “/message” and your text.")


def write_message() -> str:
    return _("Write your message now, in one text or one picture. To leave it, send “/bot”.")


def message_kept(group: str, opening: datetime | None) -> str:
    if opening is None:
        return _("Thank you. “%s” reads your message and answers you here. Until then I am here for you.") % group
    text = _("Thank you. “%(group)s” reads your message %(when)s and answers you here. Until then I am here for you.")
    return text % {"group": group, "when": when(opening)}


def takes_longer(group: str) -> str:
    return _("Sorry, nobody of “%s” has answered yet. What would you like to do?") % group


def how_to_go_on() -> str:
    """The same choices where the desk sends no cards."""
    return _("You can go on waiting, send “/message” to leave a message, or “/bot” to get back to me.")


def keep_waiting() -> str:
    return _("Keep waiting")


def back_to_bot() -> str:
    return _("To the digital human")


def goes_on_waiting() -> str:
    return _("All right. As soon as a person takes over, you read it here.")


def bot_is_back() -> str:
    """To the member, once, when a hand-off ends."""
    return _("I am back: the digital human answers you again.")


def ended_by(name: str) -> str:
    """To the member, once, when an operator ends a hand-off."""
    return _("%s has ended the chat. The digital human answers you again.") % name


def reach_person() -> str:
    return _("Reach a person")


def offer_person() -> str:
    return _("I cannot help with that. Would you like to reach a person?")


def card_title(name: str) -> str:
    return _("%s needs a person") % name


def label_reason() -> str:
    return _("Why")


def label_topic() -> str:
    return _("Topic")


def label_files() -> str:
    return _("Files")


def more_files(count: int) -> str:
    """In the last row of an operator's card, which has no room for more."""
    return ngettext("%d more, at the desk", "%d more, at the desk", count) % count


def label_group() -> str:
    return _("Group")


def take() -> str:
    return _("Take it")


def not_me() -> str:
    return _("Not me")


def taken_by(name: str) -> str:
    return _("Taken by %s") % name


def taken_by_you() -> str:
    return _("You answer")


def you_declined() -> str:
    return _("Not taken by you")


def not_taken() -> str:
    """In place of the buttons of an operator's card who cannot take the ticket now."""
    return _("Not taken")


def is_over() -> str:
    return _("It is over")


def you_answer(name: str, earlier: str) -> str:
    """To the operator who has taken a ticket on the phone."""
    text = _("You write with %(name)s now; what you send here goes to them.") % {"name": name}
    briefing = "\n".join([text, *_operator_commands()])
    return f"{briefing}\n\n{earlier}" if earlier else briefing


def line_of(name: str, text: str) -> str:
    """A line of the member on the operator's phone."""
    return _("%(name)s: %(text)s") % {"name": name, "text": text}


def file_is_lost(name: str) -> str:
    return _("A file of %s could not be fetched. Please ask for it again.") % name


def your_file_is_lost() -> str:
    return _("Your file could not be passed on. Please send it again.")


def not_passed_on(kind: str) -> str:
    """To an operator whose message members cannot get."""
    return _("This was not passed on: only text, pictures, recordings and videos are (%s).") % kind


def handed_back(name: str) -> str:
    return _("%s is with the digital human again.") % name


def closed(name: str) -> str:
    return _("Closed: %s is with the digital human again.") % name


def released(name: str) -> str:
    return _("Put back: the others can take %s now.") % name


def noted() -> str:
    return _("Noted.")


def member_left(name: str) -> str:
    return _("%s went back to the digital human.") % name


def ended_elsewhere(name: str) -> str:
    return _("The chat with %s was ended at the desk.") % name


def moved_to(name: str, who: str) -> str:
    return _("%(who)s answers %(name)s now. What you send here is no longer passed on.") % {"name": name, "who": who}


def assigned_to_you(name: str) -> str:
    return _("You have been given %s.") % name


def unknown_command() -> str:
    return "\n".join([_("There is no such command; nothing was passed on. You can send:"), *_operator_commands()])


def no_such_ticket() -> str:
    return _("There is no such ticket. Send “/take” with its number, as in the message.")


def note_usage() -> str:
    return _("Send “/note” with the text of the note.")


def summary(lines: Sequence[str], answers: Sequence[tuple[str, str]]) -> str:
    """The last lines, and the answers in the running flow."""
    answered = [f"{name}: {value}" for name, value in answers]
    return "\n".join([*lines, *([_("Answers so far:"), *answered] if answered else [])])


def bot_said(text: str) -> str:
    return _("Digital human: %s") % text


def announced(title: str, summary: str, number: int) -> str:
    """To an operator whose phone shows no cards."""
    how = _("Send “/take %d” to answer.") % number
    return "\n".join(part for part in (title, summary, how) if part)


def tried() -> str:
    """In place of a hand-off where a flow is tried out."""
    return _("(A person answers here. Write anything: the person hands back, and the flow goes on.)")


def _operator_commands() -> list[str]:
    return command_texts.lines(commands_in(Place.OPERATOR))
