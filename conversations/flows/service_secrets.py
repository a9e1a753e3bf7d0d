"""Secrets of calls: named in settings, each for one host, so that a flow cannot send one elsewhere."""

from urllib.parse import urlsplit

from django.conf import settings

from conversations.exceptions import FlowError


def secret_for(name: str, url: str) -> str:
    """The value of a secret for this address. Raises `FlowError` if there is none, or it is for another host."""
    known = settings.CONVERSATIONS["CALL_SECRETS"].get(name)
    remedy = "Name it in OPENUSER_FLOW_SECRETS."
    if not known:
        raise FlowError(f"There is no secret {name}.", code="no_secret", field="headers", remedy=remedy)
    if (urlsplit(url).hostname or "").lower() != str(known["host"]).lower():
        words = f"The secret {name} is for another host."
        raise FlowError(words, code="secret_elsewhere", field="headers", remedy=remedy)
    return str(known["value"])
