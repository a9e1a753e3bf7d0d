"""The query of a callback's address."""

from django.http import QueryDict

from wecom import crypto

SIGNED = ("msg_signature", "timestamp", "nonce")


def read_once(query: QueryDict, *names: str) -> list[str]:
    """The values of parameters, "" if one is missing. Raises `CryptoError` -40001 for a doubled one.

    The platform doubles none, and a proxy might use the other one of the two.
    """
    if any(len(query.getlist(name)) > 1 for name in names):
        raise crypto.CryptoError(-40001, "A parameter is doubled.")
    return [query.get(name, "") for name in names]
