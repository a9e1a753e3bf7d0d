"""Callbacks to an application, as rows that the courier delivers.

Source: https://developer.work.weixin.qq.com/document/path/90239 and 90240.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from wecom.emulator import clock, live
from wecom.emulator.callbacks import delivery
from wecom.emulator.callbacks.envelope import Field, envelope, with_query, written
from wecom.emulator.models import App, Callback, Message, sql

FIRST_MSGID = 7_000_000_000_000_000_000  # real ones are 64-bit numbers of about this size


@dataclass(frozen=True, kw_only=True)
class Twist:
    """What shall be odd about a callback.

    `copies` are delivered at the same time; `delay` seconds let later ones overtake; `skew` moves the outer timestamp,
    `age` the inner CreateTime into the past; `tamper` is one of signature, key, corp, body.
    """

    copies: int = 1
    delay: float = 0.0
    skew: int = 0
    age: int = 0
    tamper: str = ""


PLAIN = Twist()


def create(
    app: App, userid: str, kind: str, fields: Sequence[Field], *, message: Message | None = None, twist: Twist = PLAIN
) -> Callback:
    """Write the callback down and have it delivered once this is committed. Events have no MsgId."""
    now = clock.now()
    head: list[Field] = [
        ("ToUserName", app.corp.corp_id),
        ("FromUserName", userid),
        ("CreateTime", int(now) - twist.age),
    ]
    tail: list[Field] = [] if message is None else [("MsgId", FIRST_MSGID + message.pk)]
    msgtype = "event" if message is None else kind
    # The contacts assistant is no application: its callbacks have no number.
    number: list[Field] = [] if app.agent_id == App.ASSISTANT else [("AgentID", app.agent_id)]
    plain = written(app, [*head, ("MsgType", msgtype), *fields, *tail, *number])
    query, body = envelope(app, plain, timestamp=int(now) + twist.skew, tamper=twist.tamper)
    row = Callback(
        app=app,
        message=message,
        userid=userid,
        kind=kind,
        plain=plain,
        query=query,
        body=body,
        copies=twist.copies,
        delay=twist.delay,
        at=now,
    )
    sql.add(row)
    live.callback(row)
    transaction.on_commit(lambda: delivery.COURIER.post(parcel(row, fixed=bool(twist.tamper or twist.skew))))
    return row


def parcel(row: Callback, *, fixed: bool = True) -> delivery.Parcel:
    """What the courier needs of a row; `fixed` bytes stay the same in every retry."""
    return delivery.Parcel(
        callback=row.pk,
        order=(row.app_id, row.userid),
        url=with_query(row.app.callback_url, row.query),
        body=row.body.encode(),
        copies=row.copies,
        delay=row.delay,
        fixed=fixed,
    )
