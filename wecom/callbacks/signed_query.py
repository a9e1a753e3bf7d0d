"""The query of a callback's address."""

import re

from django.http import QueryDict

from wecom import crypto

SIGNED = ("msg_signature", "timestamp", "nonce")
# As the platform writes it; anything that differs is left to Django's reading.
USUAL = re.compile(rb"msg_signature=([0-9a-f]{40})&timestamp=([0-9]{10})&nonce=([0-9A-Za-z_-]{1,40})")


def read_usual(query: bytes) -> tuple[str, str, str] | None:
    """The three values of `SIGNED`, in a tenth of the time; None for all that is not exactly what is usual."""
    match = USUAL.fullmatch(query)
    if match is None:
        return None
    signature, timestamp, nonce = match.groups()
    return signature.decode(), timestamp.decode(), nonce.decode()


def read_once(query: QueryDict, *names: str) -> list[str]:
    """The values of parameters, "" if one is missing. Raises `CryptoError` -40001 for a doubled one.

    The platform doubles none, and a proxy might use the other one of the two.
    """
    if any(len(query.getlist(name)) > 1 for name in names):
        raise crypto.CryptoError(-40001, "A parameter is doubled.")
    return [query.get(name, "") for name in names]
