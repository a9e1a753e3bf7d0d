"""API clients and their tokens: creation, renewal, lookup."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from openuser.models import ApiClient

TOKEN_PREFIX = "ou_"  # noqa: S105 - how a token begins, not one
PREFIX_LENGTH = 9
LAST_USED_RESOLUTION = timedelta(minutes=1)


def create(
    name: str,
    *,
    scopes: Iterable[str],
    rate: int = 600,
    expires_at: datetime | None = None,
    created_by: User | None = None,
) -> tuple[ApiClient, str]:
    """A new client and its token, which is shown only once."""
    client = ApiClient(name=name, scopes=sorted(scopes), rate=rate, expires_at=expires_at, created_by=created_by)
    return client, renew_token(client, by=created_by)


def renew_token(client: ApiClient, *, by: User | None = None) -> str:
    """Give a client a new token, which this account sees, and save it; the old token stops working at once."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    client.prefix, client.digest, client.token_by = token[:PREFIX_LENGTH], digest_of(token), by
    client.save()
    return token


def client_of_token(token: str, *, now: datetime | None = None) -> ApiClient | None:
    """The client with this token; None if there is none, or if it is disabled or expired."""
    now = now or timezone.now()
    client = ApiClient.objects.filter(digest=digest_of(token)).first()
    if client is None or not client.is_valid_at(now):
        return None
    if client.last_used_at is None or client.last_used_at < now - LAST_USED_RESOLUTION:
        stale = models.Q(last_used_at=None) | models.Q(last_used_at__lt=now - LAST_USED_RESOLUTION)
        ApiClient.objects.filter(stale, pk=client.pk).update(last_used_at=now)
    return client


def digest_of(token: str) -> str:
    """The stored hash of a token. Tokens are 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
