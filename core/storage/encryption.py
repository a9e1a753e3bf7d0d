"""Encryption at rest, for processes with and without Django: Fernet tokens behind a prefix."""

from collections.abc import Sequence
from functools import cache

from cryptography.fernet import Fernet, MultiFernet

PREFIX = "ouf1:"


def encrypt(text: str, keys: Sequence[str]) -> str:
    """A text as it is stored, by the first of the keys."""
    return PREFIX + _cipher(tuple(keys)).encrypt(text.encode()).decode()


def decrypt(stored: str, keys: Sequence[str]) -> str:
    """The plain text of a value from `encrypt`. Raises `cryptography.fernet.InvalidToken` if no key opens it."""
    return _cipher(tuple(keys)).decrypt(stored.removeprefix(PREFIX).encode()).decode()


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
