"""The one thread that touches the database.

SQLite has one writer anyway; one thread keeps its connection open and makes every handler atomic without locks.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function on the database's thread and wait for it."""
    return await asyncio.get_running_loop().run_in_executor(THREAD, partial(function, *args, **kwargs))
