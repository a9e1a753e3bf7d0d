"""What comes in: record it, act on it, once."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wecom.callbacks import handler_runner, inbox
from wecom.callbacks.router import Reply
from wecom.contents import Text, split_numbered
from wecom.models import Application, Callback, CardUpdate, Outbound
from wecom.outbox.enqueue import enqueue_content, enqueue_parts, handling


def record_callback(application: Application, body: bytes, *, signature: str, timestamp: str, nonce: str) -> Callback:
    """Verify, decrypt and record one callback; a repeat gives the first one's row.

    Raises `wecom.crypto.CryptoError` for what must be refused; then nothing is stored.
    """
    return inbox.record_callback(application, body, signature=signature, timestamp=timestamp, nonce=nonce)


def handle(pk: int, *, now: datetime | None = None) -> None:
    """Act on a callback, once."""
    inbox.handle(pk, acting=handling, answer=_send_answer, now=now)


def handle_detached(pk: int) -> None:
    """`handle` for a worker: returns when it is done, or as soon as a handler says that it takes long."""
    handler_runner.run_detached(lambda: handle(pk))


def record_transcript(application: Application, *, user_id: str, text: str, at: datetime, cid: str) -> bool:
    """What was heard in a voice message, for the code handlers of texts: they get it as one, then everybody else.

    False where no code handler asked for it; then nothing is queued. `cid` is of the voice message, whose words are
    handed over once.
    """
    return inbox.record_transcript(application, user_id=user_id, text=text, at=at, cid=cid)


@transaction.atomic
def replay_callback(callback: Callback) -> bool:
    """Handle a finished callback once more; False where its body is gone or it is still being handled."""
    return bool(callback.body) and callback.restart()


def delete_old_callbacks(now: datetime | None = None) -> int:
    """Delete callbacks too old to be repeated by the platform, and card changes. Returns how many callbacks."""
    oldest = (now or timezone.now()) - timedelta(days=settings.WECOM["KEEP_CALLBACKS_DAYS"])
    CardUpdate.objects.filter(created_at__lt=oldest).exclude(status__in=CardUpdate.UNFINISHED).delete()
    deleted, _ = Callback.objects.filter(created_at__lt=oldest).exclude(status__in=Callback.UNFINISHED).delete()
    return deleted


def _send_answer(callback: Callback, reply: Reply) -> list[Outbound]:
    to = [callback.from_user_id]
    if not isinstance(reply, str):
        return [enqueue_content(callback.application, reply, to=to, cid=callback.cid)]
    parts = [Text(content=part) for part in split_numbered(reply.strip())]
    return enqueue_parts(callback.application, parts, to=to, cid=callback.cid)
