"""The inbox: callbacks are verified and decrypted into rows; a worker handles them (`callbacks.processor`)."""

import hashlib
import logging
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import traces
from core.work import clock
from core.work.sweeper import wake_rows
from wecom import crypto, messages, metrics
from wecom.callbacks import inbox_rows, key_ring, rejections
from wecom.callbacks.inbox_rows import Values
from wecom.callbacks.router import router
from wecom.models import Application, Callback

logger = logging.getLogger(__name__)


def open_callback(application: Application, body: bytes, *, signature: str, timestamp: str, nonce: str) -> Values:
    """Verify and decrypt a callback; the row that records it. Asks no database.

    Raises `wecom.crypto.CryptoError` for a callback that must be refused.
    """
    crypto.strict(signature, timestamp, nonce)
    envelope = messages.envelope(body)
    signed = {"signature": signature, "timestamp": timestamp, "nonce": nonce}
    xml = key_ring.open_sealed(application, envelope.encrypted, **signed)
    inbound = messages.inbound(xml)
    _check_addressee(application, envelope, inbound)
    now, limits = timezone.now(), settings.WECOM
    suspect = abs(now.timestamp() - int(timestamp)) > limits["TIMESTAMP_TOLERANCE"]
    event = (inbound.event if isinstance(inbound, messages.Event) else "")[:64]
    end: Values = {}
    if event == Callback.PROBE:
        end = {"status": Callback.Status.CANCELLED, "reason": Callback.Reason.PROBE, "finished_at": now}
    elif now - inbound.created_at > timedelta(seconds=limits["CALLBACK_MAX_AGE"]):
        end = {"status": Callback.Status.CANCELLED, "reason": Callback.Reason.STALE, "finished_at": now}
    return inbox_rows.values_of(
        application_id=application.pk,
        identity=messages.identity(inbound),
        kind=inbound.kind[:32],
        event=event,
        from_user_id=inbound.from_user_id[:64],
        sent_at=inbound.created_at,
        suspect=suspect,
        body=xml.decode(),
        order_key=f"{application.pk}:{inbound.from_user_id}"[:120],
        cid=secrets.token_hex(8),
        due_at=min(now, inbound.created_at + clock.ahead()),  # ours may be ahead before the database has told
        created_at=now,
        **end,
    )


def _check_addressee(application: Application, envelope: messages.Envelope, inbound: messages.Inbound) -> None:
    """Raises `CryptoError` for a callback of another company or application: two may have the same keys.

    A callback that names none passes: the contacts assistant has no AgentID, and the signature covers only the
    encrypted part.
    """
    if {envelope.to_user_name, inbound.to_user_name} - {"", application.corporation.corp_id}:
        raise crypto.CryptoError(rejections.CORP_ID, "The callback is for another company.")
    if envelope.agent_id not in ("", str(application.agent_id)) or inbound.agent_id not in (0, application.agent_id):
        raise crypto.CryptoError(rejections.AGENT_ID, "The callback is for another application.")


def count_recorded(rows: Sequence[Values], outcomes: Sequence[object]) -> None:
    """Count callbacks by what became of them: a row's ID, or None for a repeat. An error is counted by who meets it."""
    found = Counter(
        (row["application_id"], _result(row, outcome))
        for row, outcome in zip(rows, outcomes, strict=True)
        if not isinstance(outcome, Exception)
    )
    for (application, result), times in found.items():
        metrics.CALLBACKS.add(str(application), result, amount=times)


def _result(row: Values, outcome: object) -> str:
    if outcome is None:
        return "dup"
    if row.get("reason") == Callback.Reason.STALE:
        return "stale"
    return "suspect" if row["suspect"] else "ok"


def log_arrivals(rows: list[Values]) -> None:
    """Say in one line that callbacks were recorded: writing a line takes as long as verifying a callback."""
    if traces.is_on():
        now = timezone.now()
        for row in rows:
            kind = row["event"] or row["kind"]
            traces.record("callback", cid=row["cid"], began=row["created_at"], ended=now, kind=kind)
    if len(rows) == 1:
        row = rows[0]
        fields = {"cid": row["cid"], "kind": row["kind"], "callback_event": row["event"]}
        logger.info("A callback came in.", extra=fields)
    elif rows:
        logger.info("Callbacks came in.", extra={"callbacks": len(rows), "cids": ",".join(row["cid"] for row in rows)})


@transaction.atomic
def record_transcript(application: Application, *, user_id: str, text: str, at: datetime, cid: str) -> bool:
    """Record the transcript of a voice message as a text for code handlers; without an answer all others get it.

    False if no code handler is registered for it; then nothing is queued. `cid` is that of the voice message, whose
    transcript is recorded once.
    """
    corp_id = application.corporation.corp_id
    body = messages.spoken(text, corp_id=corp_id, agent_id=application.agent_id, user_id=user_id, at=at)
    if not router.names(messages.inbound(body)):
        return False
    fields = {
        "kind": messages.SPOKEN,
        "from_user_id": user_id,
        "sent_at": at,
        "body": body.decode(),
        "order_key": f"{application.pk}:{user_id}"[:120],
        "cid": cid,
    }
    identity = hashlib.sha256(f"{messages.SPOKEN}:{cid}".encode()).hexdigest()
    row, created = Callback.objects.get_or_create(application=application, identity=identity, defaults=fields)
    if created:
        row.wake()
    return True


def wake_callbacks(first: int) -> int:
    """Wake the callbacks from this ID on that nothing has woken yet. Returns how many."""
    now = timezone.now()
    return wake_rows(Callback, Callback.work_rows().claimable(now).filter(pk__gte=first, woken_at=None), now)


@transaction.atomic
def replay_callback(callback: Callback) -> bool:
    """Handle a finished callback once more; False if its body is gone or it is still being handled."""
    return bool(callback.body) and callback.restart()
