"""Reasons that people state as a proof: they have words, not a full stop or an invisible character."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.exceptions import OpenUserError

FEWEST_LETTERS, FEWEST_IDEOGRAPHS = 4, 2
INVISIBLE = ("Cf", "Cc", "Co", "Cn")
FIRST_IDEOGRAPH = "\u2e80"


def has_words(text: str) -> bool:
    """Whether a text says something: at least four letters, or two ideographs, that are not all the same."""
    letters = [one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one)[0] == "L"]
    ideographs = sum(one >= FIRST_IDEOGRAPH for one in letters)
    enough = ideographs >= FEWEST_IDEOGRAPHS or len(letters) >= FEWEST_LETTERS
    return enough and len({one.lower() for one in letters}) > 1


def plain_reason(text: str) -> str:
    """The reason as it is kept: on one line, without invisible characters."""
    seen = (" " if one.isspace() else one for one in text)
    return " ".join("".join(one for one in seen if unicodedata.category(one) not in INVISIBLE).split())


def stated_reason(text: str, refusal: OpenUserError) -> str:
    """The reason as it is kept. Raises the refusal for a text that says nothing."""
    if not has_words(text):
        raise refusal
    return plain_reason(text)


def check_reason(text: str) -> None:
    """Raise `ValidationError` for a reason that says nothing; the validator of a form's field."""
    if not has_words(text):
        raise ValidationError(_("This is no reason. Give it in words."), code="no_reason")
