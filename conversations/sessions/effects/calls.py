"""Calls of flows: queued as errands, so that no transaction waits for a service."""

import json
import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from conversations.machine.calls import Request
from conversations.models import Errand, Session
from conversations.sessions.current import machine_of

SLACK = 10.0  # seconds beside a single attempt that may take all of the time, for workers that are busy


def queue(session: Session, request: Request, *, cid: str) -> str:
    """Queue a call; the key under which its result comes back. It is the `Idempotency-Key` of all attempts, too.

    The flow goes on without a result when the time for all attempts together is over.
    """
    key = secrets.token_hex(16)
    work = {"session": session.pk, "key": key, "request": request.to_json()}
    limit = max(settings.CONVERSATIONS["CALL_TIMEOUT"], request.seconds + SLACK)
    errand = Errand.objects.create(
        kind=Errand.Kind.CALL,
        conversation=session.conversation,
        provider="http",
        question=json.dumps(work, ensure_ascii=False),
        language=machine_of(session).language,
        deadline_at=timezone.now() + timedelta(seconds=limit),
        order_key=f"call:{session.pk}",
        cid=cid,
    )
    errand.wake()
    return key
