"""Calls of flows: queued as errands, so that no transaction waits for a service."""

import json
import secrets
from datetime import timedelta

from django.utils import timezone

from conversations.machine.calls import Request
from conversations.models import Errand, Session
from conversations.sessions.current import machine_of

BETWEEN_ATTEMPTS = 10  # seconds that are allowed for each pause
SLACK = timedelta(minutes=1)  # for workers that are busy


def queue(session: Session, request: Request, *, cid: str) -> str:
    """Queue a call; the key under which its result comes back. It is the `Idempotency-Key` of all attempts, too."""
    key = secrets.token_hex(16)
    work = {"session": session.pk, "key": key, "request": request.to_json()}
    limit = timedelta(seconds=request.attempts * (request.seconds + BETWEEN_ATTEMPTS))
    errand = Errand.objects.create(
        kind=Errand.Kind.CALL,
        conversation=session.conversation,
        provider="http",
        question=json.dumps(work, ensure_ascii=False),
        language=machine_of(session).language,
        deadline_at=timezone.now() + limit + SLACK,
        order_key=f"call:{session.pk}",
        cid=cid,
    )
    errand.wake()
    return key
