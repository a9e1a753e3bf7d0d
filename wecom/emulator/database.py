"""The one thread that touches the database.

SQLite has one writer anyway; one thread keeps its connection open and makes every handler atomic without locks.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async

P = ParamSpec("P")
T = TypeVar("T")
THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function on the database's thread and wait for it."""
    call: Callable[P, object] = sync_to_async(function, thread_sensitive=False, executor=THREAD)
    return await call(*args, **kwargs)  # type: ignore[misc,no-any-return]
