"""Messages of an application, written into the chats of members."""

import secrets
from typing import Any

from wecom.emulator import live_updates
from wecom.emulator.models import App, Chat, Entry, Member, Message, sql


def create_message(app: App, msgtype: str, fields: dict[str, Any], now: float, *, msgid: str = "") -> Message:
    """A message that has not been delivered yet."""
    msgid = msgid or secrets.token_urlsafe(48)
    return sql.add(Message(app=app, msgtype=msgtype, content=fields, msgid=msgid, sent_at=now))


def deliver(message: Message, members: list[Member], group_chat: Chat | None = None) -> None:
    """Write the message into each member's chat with the application, or into a group chat."""
    app, at = message.app, message.sent_at
    rows = [
        sql.add(Entry(message=message, member=member, app=app, received=True, at=at, chat=group_chat))
        for member in members
    ]
    if len(rows) <= live_updates.MOST_ENTRIES:
        for row in rows:
            live_updates.entry_added(row)
    else:
        live_updates.refresh()
