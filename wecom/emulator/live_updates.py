"""Updates to the open phones, sent once the change has been committed."""

import asyncio
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction

from wecom.emulator import database, presenters
from wecom.emulator.models import Call, Callback, Entry, Message

GROUP = "phones"
MOST_ENTRIES = 50  # sent one by one; after a larger send the phones reload everything
open_sockets: set[object] = set()  # without any, no update is rendered
_tasks: set[asyncio.Task[None]] = set()


def entry_added(row: Entry) -> None:
    _send_on_commit("entry", lambda: {"entry": presenters.entry(row)})


def entry_changed(row: Entry) -> None:
    _send_on_commit("changed", lambda: {"entry": presenters.entry(row)})


def message_recalled(message: Message) -> None:
    _send_on_commit("recalled", lambda: {"msgid": message.msgid})


def callback_changed(row: Callback) -> None:
    _send_on_commit("callback", lambda: {"callback": presenters.callback(row)})


def call_logged(row: Call) -> None:
    _send_on_commit("call", lambda: {"call": presenters.call(row)})


def refresh() -> None:
    """Have the phones reload everything: after changes of the directory, a reset, or a message to many."""
    _send_on_commit("refresh", dict)


def _send_on_commit(what: str, details: Callable[[], dict[str, Any]]) -> None:
    if open_sockets:
        update = {"what": what, **details()}
        transaction.on_commit(lambda: database.call_soon(_start_sending, update))


def _start_sending(update: dict[str, Any]) -> None:
    task = asyncio.get_running_loop().create_task(_send(update))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _send(update: dict[str, Any]) -> None:
    await get_channel_layer().group_send(GROUP, {"type": "phone.update", "update": update})
