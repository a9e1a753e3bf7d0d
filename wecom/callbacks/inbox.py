"""Callbacks: verified and recorded once, then acted on once, in order per person."""

import hashlib
import logging
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.exceptions import TemporaryError
from core.logs import set_correlation_id
from core.work import crash_points
from core.work.base import LeaseLost
from wecom import crypto, messages
from wecom.callbacks import handler_runner, rate_limit, rejections
from wecom.callbacks.router import Incoming, Reply, router
from wecom.exceptions import HandlerTookTooLong
from wecom.models import Application, Callback, Outbound
from wecom.signals import member_limited, message_sent

logger = logging.getLogger(__name__)

LATE = "time_limit"
SYSTEM = "sys"  # whom the platform names where nobody did it: there is nobody to answer

Answer = Callable[[Callback, Reply], list[Outbound]]
Acting = Callable[[Callback], AbstractContextManager[None]]


def record_callback(application: Application, body: bytes, *, signature: str, timestamp: str, nonce: str) -> Callback:
    """Verify, decrypt, insert under the identity. See `services.receive`."""
    crypto.strict(signature, timestamp, nonce)
    envelope = messages.envelope(body)
    keys = application.keys
    crypto.verify(keys, signature=signature, timestamp=timestamp, nonce=nonce, encrypted=envelope.encrypted)
    xml = crypto.open_sealed(keys, envelope.encrypted)
    inbound = messages.inbound(xml)
    _check_addressee(application, envelope, inbound)
    now = timezone.now()
    suspect = abs(now.timestamp() - int(timestamp)) > settings.WECOM["TIMESTAMP_TOLERANCE"]
    row = Callback(
        application=application,
        identity=messages.identity(inbound),
        kind=inbound.kind[:32],
        event=(inbound.event if isinstance(inbound, messages.Event) else "")[:64],
        from_user_id=inbound.from_user_id[:64],
        sent_at=inbound.created_at,
        suspect=suspect,
        body=xml.decode(),
        order_key=f"{application.pk}:{inbound.from_user_id}"[:120],
        cid=secrets.token_hex(8),
    )
    if row.event == Callback.PROBE:
        row.status, row.reason, row.finished_at = Callback.Status.CANCELLED, Callback.Reason.PROBE, now
    elif now - inbound.created_at > timedelta(seconds=settings.WECOM["CALLBACK_MAX_AGE"]):
        row.status, row.reason, row.finished_at = Callback.Status.CANCELLED, Callback.Reason.STALE, now
    else:
        rate_limit.mark_if_limited(row, now)
    return _insert(row)


def _check_addressee(application: Application, envelope: messages.Envelope, inbound: messages.Inbound) -> None:
    """Raises `CryptoError` for what is meant for another company or application: two may have been given the same keys.

    What names none is let pass: the contacts assistant has no AgentID, and the signature covers only what is sealed.
    """
    if {envelope.to_user_name, inbound.to_user_name} - {"", application.corporation.corp_id}:
        raise crypto.CryptoError(rejections.CORP_ID, "The callback is for another company.")
    if envelope.agent_id not in ("", str(application.agent_id)) or inbound.agent_id not in (0, application.agent_id):
        raise crypto.CryptoError(rejections.AGENT_ID, "The callback is for another application.")


def _insert(row: Callback) -> Callback:
    set_correlation_id(row.cid)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            if not row.is_finished:
                row.wake()
            crash_points.point("webhook.recording")
    except IntegrityError:
        first = Callback.objects.get(application=row.application, identity=row.identity)
        logger.info("A callback came again.", extra={"cid": first.cid, "application": row.application_id})
        return first
    crash_points.point("webhook.recorded")
    logger.info("A callback came in.", extra={"cid": row.cid, "kind": row.kind, "callback_event": row.event})
    return row


@transaction.atomic
def record_transcript(application: Application, *, user_id: str, text: str, at: datetime, cid: str) -> bool:
    """Hand what was heard in a voice message to code as a text. See `services.hear`."""
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


def handle(pk: int, *, acting: Acting, answer: Answer, now: datetime | None = None) -> None:
    """Claim, dispatch, settle. What a handler cannot do now is put back; what it never can ends in a plain sentence."""
    callback = Callback.claim(pk, now=now)
    if callback is None:
        return
    crash_points.point("callback.claimed")
    if callback.attempts == callback.max_attempts:
        _apologise(callback, answer, "attempts")
        return
    try:
        if rate_limit.is_limited(callback):
            _tell_of_limit(callback)
            return
        inbound = messages.inbound(callback.body.encode())
        # Only these can act and then be asked again; the others write in the transaction that settles.
        with acting(callback):
            reply = _ask_others(callback, inbound, answer)
        _dispatch(callback, inbound, reply, answer)
    except LeaseLost:
        logger.info("Somebody else handles this callback.", extra={"cid": callback.cid})
    except (TemporaryError, OperationalError):
        _put_back(callback)
    except HandlerTookTooLong:
        _apologise(callback, answer, LATE)
    except Exception:  # a process edge: whatever a handler raises, the person gets a sentence
        logger.exception("A handler failed.", extra={"cid": callback.cid})
        _apologise(callback, answer, "error")
    crash_points.point("callback.settled")


@transaction.atomic
def _tell_of_limit(callback: Callback) -> None:
    if not rate_limit.was_notified(callback):
        member_limited.send(Callback, callback=callback)
    callback.settle(Callback.Status.CANCELLED, Callback.Reason.LIMITED)


def _ask_others(callback: Callback, inbound: messages.Inbound, answer: Answer) -> Reply | None:
    """The first answer that a code handler of another app gives."""
    routes = list(router.routes(inbound, final=False))
    if not routes:
        return None
    with handler_runner.hold_lease(callback, late=lambda row: _apologise(row, answer, LATE)) as until:
        answers = (handler_runner.run(route.handler, inbound, until=until) for route in routes)
        return next((reply for reply in answers if reply is not None), None)


@transaction.atomic
def _dispatch(callback: Callback, inbound: messages.Inbound, reply: Reply | None, answer: Answer) -> None:
    if reply is not None:
        words = _words(reply)
        silent = isinstance(reply, str) and not words.strip()
        _announce(callback, words, [] if silent else answer(callback, reply))
    else:
        for route in router.routes(inbound, final=True):
            reply = handler_runner.run(route.handler, Incoming(inbound=inbound, callback=callback))
            if reply is not None:
                answer(callback, reply)
                break
    crash_points.point("callback.handling")
    callback.settle(Callback.Status.DONE)


def _words(reply: object) -> str:
    """What a person reads of an answer. Raises `TypeError` for what is neither text nor a message."""
    if isinstance(reply, str):
        return reply
    if not isinstance(getattr(reply, "msgtype", None), str):
        raise TypeError(f"A handler returned {type(reply).__name__}: neither text nor a value of wecom.contents.")
    return str(reply.words())  # type: ignore[attr-defined]


def _announce(callback: Callback, text: str, outbounds: list[Outbound]) -> None:
    message_sent.send(Callback, callback=callback, text=text, outbounds=outbounds)


def _put_back(callback: Callback) -> None:
    try:
        reason = callback.reason if rate_limit.is_limited(callback) else "temporary"
        callback.postpone(timezone.now() + timedelta(seconds=2 * callback.attempts), reason)
    except LeaseLost:
        logger.info("Somebody else has settled this callback.", extra={"cid": callback.cid})


def _apologise(callback: Callback, answer: Answer, reason: str) -> None:
    """The last word where nothing else works: a plain sentence, with a number that the log knows too."""
    number = callback.cid[:4].upper()
    logger.error("A callback could not be handled.", extra={"cid": callback.cid, "number": number, "why": reason})
    try:
        with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
            if callback.from_user_id != SYSTEM:
                answer(callback, _("Sorry, something went wrong on our side (#%s). Please try again later.") % number)
            callback.settle(Callback.Status.FAILED, reason)
    except LeaseLost:
        logger.info("Somebody else has settled this callback.", extra={"cid": callback.cid})
