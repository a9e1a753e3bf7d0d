"""The errors of formulas, in words."""

from django.utils.translation import gettext as _

from conversations.machine.formulas.errors import Fault, FormulaError
from conversations.machine.formulas.parser import parse


def refusal(formula: str) -> str:
    """Why a formula cannot be read; "" if it can."""
    try:
        parse(formula)
    except FormulaError as error:
        return fault(error)
    return ""


def fault(error: FormulaError) -> str:
    """The fault with its place and a remedy."""
    values = {"at": error.at, "word": error.word, "instead": error.instead}
    text = {
        Fault.EMPTY: _("The formula is empty. Write one, like days > 3."),
        Fault.TOO_LONG: _("The formula is longer than %(word)s characters. Divide it over several steps."),
        Fault.TOO_DEEP: _("The formula has more than %(word)s brackets in one another. Divide it over several steps."),
        Fault.CHARACTER: _("The formula has “%(word)s” at character %(at)d, which means nothing there."),
        Fault.OPEN_TEXT: _("A text that begins at character %(at)d has no quotation mark at its end."),
        Fault.OPEN_BRACKET: _("The bracket at character %(at)d is not closed."),
        Fault.UNEXPECTED: _("The formula has “%(word)s” at character %(at)d, where it does not fit."),
        Fault.ENDS_EARLY: _("The formula ends too early: something is missing at character %(at)d."),
        Fault.FUNCTION: _("There is no function “%(word)s” (character %(at)d)."),
        Fault.ARGUMENTS: _("“%(word)s” needs other values in its brackets (character %(at)d), like %(instead)s."),
        Fault.NAME: _("The formula uses “%(word)s” (character %(at)d), which no step keeps and no member has."),
    }[error.fault]
    if error.instead and error.fault in (Fault.FUNCTION, Fault.NAME):
        text += " " + _("Did you mean “%(instead)s”?")
    return text % values
