"""Where the database is touched: on the server's own thread, one call after the other.

SQLite has one writer anyway; one thread keeps its connection open and makes every handler atomic without locks. Another
thread for it would cost each call more than the call itself, and gain nothing in a process that has one core.
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


def attach(loop: asyncio.AbstractEventLoop) -> None:
    """The loop whose thread it is; called once, before the first request."""
    _loops[:] = [loop]


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that uses the database. Nothing else happens meanwhile."""
    with _as_a_thread():
        return function(*args, **kwargs)


def written() -> int:
    """How many rows were written so far: while it stays, nothing need be read again."""
    connection.ensure_connection()
    count: int = connection.connection.total_changes
    return count


def soon(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Have a function called on the loop, after what is under way; from any thread."""
    for loop in _loops:
        loop.call_soon_threadsafe(partial(function, *args, **kwargs))


def later(function: Callable[[], object]) -> None:
    """Have a function called that uses the database; from any thread, at once."""

    def call() -> None:
        with _as_a_thread():
            function()

    soon(call)


@contextmanager
def _as_a_thread() -> Iterator[None]:
    """Django keeps a connection for each thread, but where a loop runs for each task, and calls that unsafe. Here it is
    the one connection of the one thread, and waiting for it is what is meant."""
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
