"""Database access on the server's event loop, one call after the other.

SQLite has one writer. One thread keeps its connection open and makes every handler atomic without locks; handing each
call to another thread would take longer than the call itself.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")
_loops: list[asyncio.AbstractEventLoop] = []


def use_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Set the loop whose thread accesses the database; called once, before the first request."""
    _loops[:] = [loop]


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that uses the database. Nothing else runs meanwhile."""
    with _outside_loop():
        return function(*args, **kwargs)


def total_changes() -> int:
    """The number of rows written so far; as long as it stays the same, no query can return anything new."""
    connection.ensure_connection()
    count: int = connection.connection.total_changes
    return count


def call_soon(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Have the loop call a function after the running one; from any thread."""
    for loop in _loops:
        loop.call_soon_threadsafe(partial(function, *args, **kwargs))


def run_soon(function: Callable[[], object]) -> None:
    """Have the loop call a function that uses the database; from any thread."""

    def call() -> None:
        with _outside_loop():
            function()

    call_soon(call)


@contextmanager
def _outside_loop() -> Iterator[None]:
    """Lets Django use its connection here.

    Under a running loop, Django keeps a connection per task and refuses to block. Here there is one connection of one
    thread, and blocking is intended.
    """
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
