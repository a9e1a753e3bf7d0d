"""Rejected callbacks, remembered for a day: nothing else shows that a key differs from the console's.

The cache holds one per application and reason, so that strangers cannot fill it. Strangers can cause rejections, so
they are only a hint for the doctor.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from wecom.callbacks.verify_and_decrypt import AGENT_ID, CORP_ID
from wecom.models import Application

# The codes of the platform's own library: signature, corp ID, and what comes of another EncodingAESKey.
SIGNATURE, KEYS = -40001, (-40004, -40007, -40008)
CODES = (SIGNATURE, CORP_ID, AGENT_ID, *KEYS)
REMEMBERED = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """The newest callback rejected for a reason; `nonce` identifies it."""

    code: int
    at: datetime
    nonce: str


def record_rejection(application: Application, code: int, nonce: str) -> None:
    """Remember for the doctor why a callback was rejected. A cache that is away changes nothing."""
    if code in CODES:
        with suppress(Exception):  # the webhook answers, whatever the cache does
            cache.set(_key(application, code), (timezone.now(), nonce[:40]), REMEMBERED)


def latest(application: Application) -> list[Rejection]:
    """The newest rejection for each reason, newest first."""
    return sorted(_known(application), key=lambda rejection: rejection.at, reverse=True)


def find(nonce: str) -> tuple[Application, Rejection] | None:
    """The rejection of one callback, and the application at whose address it arrived."""
    for application in Application.objects.select_related("corporation"):
        for rejection in _known(application):
            if rejection.nonce == nonce:
                return application, rejection
    return None


def _known(application: Application) -> Iterator[Rejection]:
    with suppress(Exception):
        found = cache.get_many([_key(application, code) for code in CODES])
        for code in CODES:
            value = found.get(_key(application, code))
            if value:
                yield Rejection(code=code, at=value[0], nonce=value[1])


def _key(application: Application, code: int) -> str:
    return f"wecom.refused.{application.pk}.{code}"
