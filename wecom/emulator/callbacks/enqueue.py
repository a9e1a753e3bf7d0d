"""Callbacks to an application, stored as rows and queued for delivery.

Source: https://developer.work.weixin.qq.com/document/path/90239 and 90240.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from wecom.emulator import clock, live_updates
from wecom.emulator.callbacks.dispatcher import DISPATCHER, Delivery
from wecom.emulator.callbacks.envelope import Field, encrypt, serialize, with_query
from wecom.emulator.models import App, Callback, Message, sql

FIRST_MSGID = 7_000_000_000_000_000_000  # the platform's are 64-bit numbers of about this size
SYSTEM = "sys"  # the sender of events that no member causes


@dataclass(frozen=True, kw_only=True)
class CallbackFaults:
    """The faults of a callback, on purpose.

    `copies` are delivered at the same time; `delay` seconds let later callbacks overtake; `skew` shifts the outer
    timestamp, `age` shifts the inner CreateTime into the past; `tamper` is one of signature, key, corp, body.
    """

    copies: int = 1
    delay: float = 0.0
    skew: int = 0
    age: int = 0
    tamper: str = ""


NO_FAULTS = CallbackFaults()


def enqueue_callback(
    app: App,
    userid: str,
    kind: str,
    fields: Sequence[Field],
    *,
    message: Message | None = None,
    faults: CallbackFaults = NO_FAULTS,
) -> Callback:
    """Store a callback, and deliver it once the transaction is committed. Without a message it is an event."""
    now = clock.now()
    head: list[Field] = [
        ("ToUserName", app.corp.corp_id),
        ("FromUserName", userid),
        ("CreateTime", int(now) - faults.age),
    ]
    msgid: list[Field] = [] if message is None else [("MsgId", FIRST_MSGID + message.pk)]
    msgtype = "event" if message is None else kind
    # Callbacks of the contacts assistant have no AgentID: it is no application.
    agent_id: list[Field] = [] if app.agent_id == App.ASSISTANT else [("AgentID", app.agent_id)]
    plain = serialize(app, [*head, ("MsgType", msgtype), *fields, *msgid, *agent_id])
    query, body = encrypt(app, plain, timestamp=int(now) + faults.skew, tamper=faults.tamper)
    row = Callback(
        app=app,
        message=message,
        userid=userid,
        kind=kind,
        plain=plain,
        query=query,
        body=body,
        copies=faults.copies,
        delay=faults.delay,
        at=now,
    )
    sql.add(row)
    live_updates.callback_changed(row)
    transaction.on_commit(lambda: DISPATCHER.submit(_delivery(row, frozen=bool(faults.tamper or faults.skew))))
    return row


def resend_callback(row: Callback, *, copies: int = 1) -> None:
    """Deliver the same bytes again, at once."""
    row.status = Callback.Status.QUEUED
    row.copies, row.delay = copies, 0.0
    row.save(update_fields=["status", "copies", "delay"])
    DISPATCHER.submit(_delivery(row, frozen=True))


def _delivery(row: Callback, *, frozen: bool) -> Delivery:
    """The fields of a callback that the dispatcher needs."""
    return Delivery(
        callback=row.pk,
        order_key=(row.app_id, row.userid),
        url=with_query(row.app.callback_url, row.query),
        body=row.body.encode(),
        copies=row.copies,
        delay=row.delay,
        frozen=frozen,
    )
