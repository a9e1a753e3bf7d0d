"""Texts for members when there is no answer yet, and when there is one."""

from django.utils.translation import gettext as _

from wecom.contents import truncate


def offer(question: str) -> str:
    """The title of the card that offers to tell."""
    return _("No answer yet: “%s”") % truncate(question, 48)


def offer_text() -> str:
    return _("I pass the question on. Shall I tell you when there is an answer?")


def button() -> str:
    return _("Tell me when known")


def offer_in_words() -> str:
    """Instead of the card, for applications that send none."""
    return _("Write “tell me”, and I tell you when there is an answer.")


def noted() -> str:
    return _("All right. I will write to you when there is an answer.")


def is_answered() -> str:
    return _("There is an answer by now. Please ask again.")


def now_known(question: str) -> str:
    return _("You asked: “%s”. Here is the answer:") % truncate(question, 200)
