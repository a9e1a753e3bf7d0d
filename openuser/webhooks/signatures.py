"""Signatures of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.payload`."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from openuser.models.webhooks import SECRET_PREFIX


def headers(event_id: str, body: bytes, *, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """The three headers of a delivery, with one signature per secret, separated by blanks."""
    stamp = str(int(now.timestamp()))
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(sign(event_id, stamp, body, secret) for secret in secrets),
    }


def sign(event_id: str, stamp: str, body: bytes, secret: str) -> str:
    """One signature, with its version prefix."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{event_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
