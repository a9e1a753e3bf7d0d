"""Model fields that are encrypted at rest."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from core.storage import encryption


def _keys() -> list[str]:
    keys: list[str] = settings.FIELD_KEYS
    if not keys:
        raise ImproperlyConfigured(
            "OPENUSER_FIELD_KEYS is empty. Set it to one or more keys made by "
            "`python3 -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'`."
        )
    return keys


def encrypt(text: str) -> str:
    """A text as it is stored."""
    return encryption.encrypt(text, _keys())


def decrypt(stored: str) -> str:
    """The plain text of a value from `encrypt`. Raises `InvalidToken` if no key opens it."""
    return encryption.decrypt(stored, _keys())


class EncryptedTextField(models.TextField[str, str]):
    """Text stored as a Fernet token. The first of `OPENUSER_FIELD_KEYS` encrypts, all of them decrypt.

    Raises `ImproperlyConfigured` for a value that no key decrypts: a secret must never come back as its ciphertext.
    With `may_be_lost` it reads as empty instead, so that one such row does not break a list.
    Filters on the field match nothing, because equal texts have different tokens.
    """

    def __init__(self, *args: Any, may_be_lost: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_be_lost = may_be_lost  # not part of migrations: the column is the same

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(str(value)) if value else value

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        if not value:
            return value
        try:
            return decrypt(value)
        except InvalidToken as error:
            if self.may_be_lost:
                return ""
            raise ImproperlyConfigured(
                "A stored secret cannot be opened: OPENUSER_FIELD_KEYS lacks the key it was written with."
            ) from error
