"""Texts about what is stored of a member, and who reads it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def deletion_asked() -> str:
    return _("Nothing is deleted by a message, so that it never happens by mistake.")


def messages_kept(days: int) -> str:
    """`days` of retention; 0 is forever."""
    return _("I keep what you write to me and what I answer %s.") % _period(days)


def answers_kept(days: int) -> str:
    """`days` of retention; 0 is forever."""
    return _("I keep your answers to the questions of a flow, such as a request for leave, %s.") % _period(days)


def readers() -> str:
    return _(
        "It is read by the colleagues who answer you when you ask for a person, and by those to whom your company has "
        "given the right to read conversations."
    )


def services() -> str:
    return _("Your questions also go to an outside service that your company has set up, such as a language model.")


def rights() -> str:
    return _("To get a copy of it, or to have it deleted, ask the people of your company.")


def _period(days: int) -> str:
    return ngettext("for %d day", "for %d days", days) % days if days > 0 else _("without a limit of time")
