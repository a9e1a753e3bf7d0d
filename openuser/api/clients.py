"""API clients and their tokens: made, renewed, recognised."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from openuser.models import ApiClient

MARK = "ou_"
SHOWN = 9
NOTED_EVERY = timedelta(minutes=1)


def create(
    name: str,
    *,
    scopes: Iterable[str],
    rate: int = 600,
    expires_at: datetime | None = None,
    created_by: User | None = None,
) -> tuple[ApiClient, str]:
    """A new client and its token, which nobody can read again."""
    client = ApiClient(name=name, scopes=sorted(scopes), rate=rate, expires_at=expires_at, created_by=created_by)
    return client, renew(client)


def renew(client: ApiClient) -> str:
    """Give a client a new token and save it; the one it had is worthless from now on."""
    token = MARK + secrets.token_urlsafe(32)
    client.prefix, client.digest = token[:SHOWN], digest_of(token)
    client.save()
    return token


def find(token: str, *, now: datetime | None = None) -> ApiClient | None:
    """The client with this token; None where there is none, or it is switched off or past its time."""
    now = now or timezone.now()
    client = ApiClient.objects.filter(digest=digest_of(token)).first()
    if client is None or not client.is_valid_at(now):
        return None
    if client.last_used_at is None or client.last_used_at < now - NOTED_EVERY:
        stale = models.Q(last_used_at=None) | models.Q(last_used_at__lt=now - NOTED_EVERY)
        ApiClient.objects.filter(stale, pk=client.pk).update(last_used_at=now)
    return client


def digest_of(token: str) -> str:
    """What is kept of a token. It is 256 random bits, so that a slow hash would protect nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
