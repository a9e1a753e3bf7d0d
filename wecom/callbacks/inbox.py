"""The inbox: callbacks are verified and decrypted into rows; a worker handles them (`callbacks.processor`)."""

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import traces
from core.work import clock
from core.work.sweeper import wake_rows
from wecom import messages, metrics
from wecom.callbacks import inbox_rows, verify_and_decrypt
from wecom.callbacks.inbox_rows import Values
from wecom.callbacks.router import router
from wecom.models import Application, Callback

logger = logging.getLogger(__name__)


def open_callback(application: Application, body: bytes, *, signature: str, timestamp: str, nonce: str) -> Values:
    """Verify and decrypt a callback; the row that records it. Asks no database.

    Raises `wecom.crypto.CryptoError` for a callback that must be refused.
    """
    limits = settings.WECOM
    columns = verify_and_decrypt.open_callback(
        application,
        verify_and_decrypt.Addressee(
            application_id=application.pk,
            agent_id=application.agent_id,
            corp_id=application.corporation.corp_id,
        ),
        body,
        signature=signature,
        timestamp=timestamp,
        nonce=nonce,
        now=timezone.now(),
        limits=verify_and_decrypt.Limits(
            timestamp_tolerance=limits["TIMESTAMP_TOLERANCE"], max_age=limits["CALLBACK_MAX_AGE"]
        ),
        clock_ahead=clock.ahead(),
    )
    return inbox_rows.values_of(**columns)


def count_recorded(rows: Sequence[Values], outcomes: Sequence[object]) -> None:
    """Count callbacks by their outcome: a row's ID, or None for a repeat. The caller counts errors."""
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
