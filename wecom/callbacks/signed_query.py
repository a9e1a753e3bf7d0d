"""The query of a callback's address. No framework."""

import re
from typing import Protocol

from wecom import crypto


class Query(Protocol):
    """A parsed query, such as Django's `QueryDict`."""

    def getlist(self, key: str) -> list[str]: ...


SIGNED = ("msg_signature", "timestamp", "nonce")
# As the platform writes it; anything that differs is left to Django's reading.
USUAL = re.compile(rb"msg_signature=([0-9a-f]{40})&timestamp=([0-9]{10})&nonce=([0-9A-Za-z_-]{1,40})")


def read_usual(query: bytes) -> tuple[str, str, str] | None:
    """The three values of `SIGNED`, in a tenth of the time; None for any unusual query."""
    match = USUAL.fullmatch(query)
    if match is None:
        return None
    signature, timestamp, nonce = match.groups()
    return signature.decode(), timestamp.decode(), nonce.decode()


def read_once(query: Query, *names: str) -> list[str]:
    """The values of parameters, "" if one is missing. Raises `CryptoError` -40001 for a doubled one.

    The platform doubles none, and a proxy might use the other one of the two.
    """
    values = [query.getlist(name) for name in names]
    if any(len(given) > 1 for given in values):
        raise crypto.CryptoError(-40001, "A parameter is doubled.")
    return ["".join(given) for given in values]
