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
    letters = [letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter)[0] == "L"]
    ideographs = sum(letter >= FIRST_IDEOGRAPH for letter in letters)
    enough = ideographs >= FEWEST_IDEOGRAPHS or len(letters) >= FEWEST_LETTERS
    return enough and len({letter.lower() for letter in letters}) > 1


def plain_reason(text: str) -> str:
    """The reason as it is kept: on one line, without invisible characters."""
    seen = (" " if character.isspace() else character for character in text)
    return " ".join(
        "".join(character for character in seen if unicodedata.category(character) not in INVISIBLE).split()
    )


def stated_reason(text: str, refusal: OpenUserError) -> str:
    """The reason as it is kept. Raises the refusal for a text that says nothing."""
    if not has_words(text):
        raise refusal
    return plain_reason(text)


def check_reason(text: str) -> None:
    """Raise `ValidationError` for a reason that says nothing; the validator of a form's field."""
    if not has_words(text):
        raise ValidationError(_("This is no reason. Give it in words."), code="no_reason")
