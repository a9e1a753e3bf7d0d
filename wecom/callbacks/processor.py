"""Recorded callbacks are claimed, given to handlers, answered and settled; once, and in order per member."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.exceptions import TemporaryError
from core.postgresql.prepared_statements import prepared_statements
from core.text.slot_values import is_blank
from core.work import crash_points
from core.work.base import Along, LeaseLost
from wecom import messages
from wecom.callbacks import handler_runner, member_rate_limit
from wecom.callbacks.router import Incoming, Reply, Route, router
from wecom.client import handler_context
from wecom.contents import Text, clean, split_numbered
from wecom.directory import member_rows
from wecom.exceptions import HandlerTookTooLong
from wecom.models import Application, Callback, Outbound
from wecom.outbox.enqueue import enqueue_content, enqueue_parts
from wecom.signals import handlers_asked, member_limited, message_sent

logger = logging.getLogger(__name__)

TIME_LIMIT = "time_limit"
SYSTEM = "sys"  # the sender of events that no member caused: there is no one to answer


def handle_detached(pk: int) -> None:
    """`handle` for a worker: returns when it is done, or as soon as a handler releases the worker."""
    handler_runner.run_detached(lambda: handle(pk))


def handle(pk: int, *, now: datetime | None = None) -> None:
    """Claim a callback, give it to its handlers, settle it.

    A handler's `TemporaryError` puts the callback back; any other failure ends in a plain sentence to the member.
    """
    callback = _claim(pk, now)
    if callback is None:
        return
    crash_points.point("callback.claimed")
    if callback.attempts == callback.max_attempts:
        _apologise(callback, "attempts")
        return
    try:
        if member_rate_limit.is_limited(callback):
            callback.reason = Callback.Reason.LIMITED  # so that it stays limited if the notice has to wait
            _settle_limited(callback)
            return
        inbound = messages.inbound(callback.body.encode())
        # Only code handlers run outside of a transaction, and may be asked again after they have sent something.
        with handler_context.handling(callback):
            reply = _ask_code_handlers(callback, inbound)
        prepared = _prepare(callback, inbound) if reply is None else {}
        _settle(callback, inbound, reply, prepared)
    except LeaseLost:
        logger.info("Another worker handles this callback.", extra={"cid": callback.cid})
    except (TemporaryError, OperationalError):
        _put_back(callback)
    except HandlerTookTooLong:
        _apologise(callback, TIME_LIMIT)
    except Exception:  # a process edge: whatever a handler raises, the member gets a sentence
        logger.exception("A handler failed.", extra={"cid": callback.cid})
        _apologise(callback, "error")
    crash_points.point("callback.settled")


@prepared_statements()
def _claim(pk: int, now: datetime | None) -> Callback | None:
    return Callback.claim(pk, now=now, along=_along(settings.WECOM["MEMBER_MESSAGES_PER_MINUTE"]))


@lru_cache(maxsize=5)
def _along(most: int) -> Along:
    """The facts beside its row that the handling of a callback depends on."""
    return lambda _now: {
        "follows_many": member_rate_limit.follows_many(most),
        "may_be_out_of_range": member_rows.marked_out_of_range("from_user_id"),
    }


@transaction.atomic
def _settle_limited(callback: Callback) -> None:
    if not member_rate_limit.was_notified(callback):
        member_limited.send(Callback, callback=callback)
    callback.settle(Callback.Status.CANCELLED, Callback.Reason.LIMITED)


def _ask_code_handlers(callback: Callback, inbound: messages.Inbound) -> Reply | None:
    """The first answer that a code handler of another app gives."""
    routes = list(router.routes(inbound, final=False))
    if routes and any(answer for _receiver, answer in handlers_asked.send(Callback, callback=callback)):
        routes = [route for route in routes if route.always]
    if not routes:
        return None
    callback.application = Application.objects.select_related("corporation").get(pk=callback.application_id)
    with handler_runner.hold_lease(callback, on_timeout=lambda row: _apologise(row, TIME_LIMIT)) as until:
        answers = (handler_runner.run(route.handler, inbound, until=until) for route in routes)
        return next((reply for reply in answers if reply is not None), None)


@prepared_statements()
def _prepare(callback: Callback, inbound: messages.Inbound) -> dict[Route, object]:
    """Run the slow part of the final handlers outside the transaction, which would hold the database meanwhile."""
    incoming, routes = Incoming(inbound=inbound, callback=callback), router.routes(inbound, final=True)
    return {route: route.prepare(incoming) for route in routes if route.prepare is not None}


@prepared_statements()
@transaction.atomic
def _settle(
    callback: Callback, inbound: messages.Inbound, reply: Reply | None, prepared: Mapping[Route, object]
) -> None:
    """Send the code handlers' answer, or else let the final handlers act, and settle in the same transaction."""
    if reply is not None:
        words = clean(_words(reply))
        reply = words if isinstance(reply, str) else reply
        silent = isinstance(reply, str) and is_blank(words)
        outbounds = [] if silent else _send(callback, reply)
        message_sent.send(Callback, callback=callback, text=words, outbounds=outbounds)
    else:
        for route in router.routes(inbound, final=True):
            incoming = Incoming(inbound=inbound, callback=callback, prepared=prepared.get(route))
            reply = handler_runner.run(route.handler, incoming)
            if reply is not None:
                _send(callback, reply)
                break
    crash_points.point("callback.handling")
    callback.settle(Callback.Status.DONE, **({"body": ""} if callback.is_private else {}))


def _words(reply: object) -> str:
    """The answer as a person reads it. Raises `TypeError` for anything but text and messages."""
    if isinstance(reply, str):
        return reply
    if not isinstance(getattr(reply, "msgtype", None), str):
        raise TypeError(f"A handler returned {type(reply).__name__}: neither text nor a value of wecom.contents.")
    return str(reply.words())  # type: ignore[attr-defined]


def _send(callback: Callback, reply: Reply) -> list[Outbound]:
    to = [callback.from_user_id]
    if not isinstance(reply, str):
        return [enqueue_content(callback.application, reply, to=to, cid=callback.cid)]
    parts = [Text(content=part) for part in split_numbered(reply.strip())]
    return enqueue_parts(callback.application, parts, to=to, cid=callback.cid)


def _put_back(callback: Callback) -> None:
    try:
        reason = callback.reason if callback.reason == Callback.Reason.LIMITED else "temporary"
        callback.postpone(timezone.now() + timedelta(seconds=2 * callback.attempts), reason)
    except LeaseLost:
        logger.info("Another worker has settled this callback.", extra={"cid": callback.cid})


def _apologise(callback: Callback, reason: str) -> None:
    """Fail the callback with a plain sentence to the member, and a number that is in the log too."""
    number = callback.cid[:4].upper()
    logger.error("A callback could not be handled.", extra={"cid": callback.cid, "number": number, "why": reason})
    try:
        with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
            if callback.from_user_id != SYSTEM:
                _send(callback, _("Sorry, something went wrong on our side (#%s). Please try again later.") % number)
            callback.settle(Callback.Status.FAILED, reason)
    except LeaseLost:
        logger.info("Another worker has settled this callback.", extra={"cid": callback.cid})
