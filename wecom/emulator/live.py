"""Tells open phones what happened, after it was committed."""

import asyncio
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction

from wecom.emulator import database, presenters
from wecom.emulator.models import Call, Callback, Entry, Message

GROUP = "phones"
MOST = 50  # people shown one by one; a larger send asks the phones to look for themselves
listening: set[object] = set()  # the sockets that are open; nothing is put into words while there are none
_tasks: set[asyncio.Task[None]] = set()


def entry(row: Entry) -> None:
    _after_commit("entry", lambda: {"entry": presenters.entry(row)})


def changed(row: Entry) -> None:
    _after_commit("changed", lambda: {"entry": presenters.entry(row)})


def recalled(message: Message) -> None:
    _after_commit("recalled", lambda: {"msgid": message.msgid})


def callback(row: Callback) -> None:
    _after_commit("callback", lambda: {"callback": presenters.callback(row)})


def call(row: Call) -> None:
    _after_commit("call", lambda: {"call": presenters.call(row)})


def refresh() -> None:
    """Something changed that is simplest to read anew: members, a reset, a message to very many."""
    _after_commit("refresh", dict)


def _after_commit(what: str, details: Callable[[], dict[str, Any]]) -> None:
    if listening:
        event = {"what": what, **details()}
        transaction.on_commit(lambda: database.soon(_spread, event))


def _spread(event: dict[str, Any]) -> None:
    task = asyncio.get_running_loop().create_task(_send(event))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _send(event: dict[str, Any]) -> None:
    await get_channel_layer().group_send(GROUP, {"type": "phone.event", "event": event})
