"""Verifies and decrypts a callback into the columns of its row, wherever it came in. No framework, no database."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from wecom import crypto, messages

CORP_ID = -40005
AGENT_ID = -40100  # ours: the platform's library, which ends at -40011, knows no application
PROBE = "openuser_probe"  # the event of a callback that we sent to ourselves
CANCELLED, PROBED, STALE = "cancelled", "probe", "stale"  # as `Callback` has them


class KeyHolder(Protocol):
    """An application, as far as its callback keys go."""

    @property
    def keys(self) -> crypto.Keys: ...

    def old_keys(self, now: datetime) -> crypto.Keys | None: ...


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """The application that a callback has come to."""

    application_id: int
    agent_id: int
    corp_id: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of a callback's age.

    Attributes:
        timestamp_tolerance: seconds between the outer timestamp and now, beyond which it is `suspect`.
        max_age: seconds after which it is `stale`: stored, and not acted on.
    """

    timestamp_tolerance: int
    max_age: float


def open_sealed(
    holder: KeyHolder, encrypted: str, *, signature: str, timestamp: str, nonce: str, now: datetime
) -> bytes:
    """The content, verified with the present keys or those before them; the query must be `crypto.strict`.

    Raises `CryptoError` if no keys fit, as the present ones did.
    """
    signed = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "encrypted": encrypted}
    try:
        keys = holder.keys
        crypto.verify(keys, **signed)
        return crypto.open_sealed(keys, encrypted)
    except crypto.CryptoError as refusal:
        try:
            old = holder.old_keys(now)
            if old is not None:
                crypto.verify(old, **signed)
                return crypto.open_sealed(old, encrypted)
        except crypto.CryptoError:
            pass  # what is wrong with the present ones says more
        raise refusal


def open_callback(
    holder: KeyHolder,
    addressee: Addressee,
    body: bytes,
    *,
    signature: str,
    timestamp: str,
    nonce: str,
    now: datetime,
    limits: Limits,
    clock_ahead: timedelta = timedelta(),
) -> Mapping[str, Any]:
    """The columns of the callback's row; `body` is not encrypted yet. All others have their defaults.

    Args:
        clock_ahead: how far the clock of this machine is ahead of the database's.

    Raises `wecom.crypto.CryptoError` for a callback that must be refused.
    """
    crypto.strict(signature, timestamp, nonce)
    envelope = messages.envelope(body)
    signed = {"signature": signature, "timestamp": timestamp, "nonce": nonce}
    xml = open_sealed(holder, envelope.encrypted, **signed, now=now)
    inbound = messages.inbound(xml)
    _check_addressee(addressee, envelope, inbound)
    event = (inbound.event if isinstance(inbound, messages.Event) else "")[:64]
    end: dict[str, Any] = {}
    if event == PROBE:
        end = {"status": CANCELLED, "reason": PROBED, "finished_at": now}
    elif now - inbound.created_at > timedelta(seconds=limits.max_age):
        end = {"status": CANCELLED, "reason": STALE, "finished_at": now}
    return {
        "application_id": addressee.application_id,
        "identity": messages.identity(inbound),
        "kind": inbound.kind[:32],
        "event": event,
        "from_user_id": inbound.from_user_id[:64],
        "sent_at": inbound.created_at,
        "suspect": abs(now.timestamp() - int(timestamp)) > limits.timestamp_tolerance,
        "body": xml.decode(),
        "order_key": f"{addressee.application_id}:{inbound.from_user_id}"[:120],
        "cid": secrets.token_hex(8),
        "due_at": min(now, inbound.created_at + clock_ahead),  # ours may be ahead before the database has told
        "created_at": now,
        **end,
    }


def _check_addressee(addressee: Addressee, envelope: messages.Envelope, inbound: messages.Inbound) -> None:
    """Raises `CryptoError` for a callback of another company or application: two may have the same keys.

    A callback that names none passes: the contacts assistant has no AgentID, and the signature covers only the
    encrypted part.
    """
    if {envelope.to_user_name, inbound.to_user_name} - {"", addressee.corp_id}:
        raise crypto.CryptoError(CORP_ID, "The callback is for another company.")
    agent_id = addressee.agent_id
    if envelope.agent_id not in ("", str(agent_id)) or inbound.agent_id not in (0, agent_id):
        raise crypto.CryptoError(AGENT_ID, "The callback is for another application.")
