"""Refuses passwords that are little more than a word which others guess, such as the company's name and a year."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class GuessableWordsValidator:
    """One of `AUTH_PASSWORD_VALIDATORS`: without the `words`, a password must still have `rest` characters."""

    def __init__(self, words: Sequence[str] = (), rest: int = 6) -> None:
        # Longest first: the rest of "openuser" without "user" would count.
        self._words = sorted({word.strip().casefold() for word in words if word.strip()}, key=len, reverse=True)
        self._rest = rest

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` for such a password."""
        left = password.casefold()
        for word in self._words:
            left = left.replace(word, "")
        if left != password.casefold() and len(left) < self._rest:
            raise ValidationError(
                _("This password is little more than a word that others guess. Choose another one."),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Your password must be more than the name of the company or of this product.")
