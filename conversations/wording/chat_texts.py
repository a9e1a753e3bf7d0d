"""Texts of a chat outside of flows."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from wecom.contents import truncate


def greeting() -> str:
    return _("Hello! I am your digital human assistant. Write to me, or send /help to see what I can do.")


def too_much() -> str:
    return _("That was a lot at once. I answer what I have so far; please write the rest again in a minute.")


def help_text(name: str, commands: Sequence[str], flows: Sequence[tuple[str, str]] = ()) -> str:
    """`commands` are lines; `flows` are pairs: the text to write, and the purpose."""
    lines = "".join(f"\n· {line}" for line in (*commands, *(f"{way} – {title}" for way, title in flows)))
    return _("I am %(name)s. You can:\n· ask me a question, just as you would ask a colleague") % {"name": name} + lines


def text_too_long(length: int, most: int) -> str:
    return _(
        "Thank you, but this is more than I can read at once (%(length)d characters, %(most)d at most). "
        "Please send the important part, or several shorter messages."
    ) % {"length": length, "most": most}


def not_understood() -> str:
    return _("I have no answer to that yet. Try other words, or send /help to see what I can do.")


def did_you_ask() -> str:
    return _("Did you mean:")


def still_not_understood() -> str:
    return _("I am sorry, I do not know that one either.")


def examples(questions: Sequence[str]) -> str:
    """Some of the questions that have an answer."""
    return _("You can ask me, for example:") + "".join(f"\n· {question}" for question in questions)


def no_answer_in_time() -> str:
    return _("Sorry, I could not find an answer in time. Please ask me again in a while.")


def looking_up() -> str:
    return _("I am looking that up. One moment, please.")


def listening() -> str:
    return _("I am listening to your voice message. One moment, please.")


def heard(text: str) -> str:
    return _("I heard: “%s”") % truncate(text, 300)


def not_heard(reason: str, code: str) -> str:
    """Why a voice message has no text; `reason` is the errand's, `code` the error's."""
    if reason == "empty":
        return _("I could not hear any words in your voice message. Please speak once more, or write it.")
    if code in ("expired", "format", "too_large"):
        return _("Your voice message did not reach me in one piece. Please send it again, or write it.")
    return _("Sorry, I could not listen to your voice message just now. Please write it, or try again in a while.")


def answer_to(question: str, answer: str) -> str:
    """An answer that arrives after later messages."""
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
