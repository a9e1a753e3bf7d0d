"""Values that are read once in a piece of work, such as the length of a queue that three texts of a turn mention.

Outside of a block everything is read each time.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_kept: ContextVar[dict[Hashable, object] | None] = ContextVar("kept", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """Inside of this block `kept` reads each thing once."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def kept(key: Hashable, read: Callable[[], T]) -> T:
    """The value of `read`, cached by this key within the surrounding block."""
    values = _kept.get()
    if values is None:
        return read()
    if key not in values:
        values[key] = read()
    return values[key]  # type: ignore[return-value]  # of the same key, so of the same kind


def keep(key: Hashable, value: object) -> None:
    """Let `kept` return this for the key, which was read along with something else."""
    values = _kept.get()
    if values is not None:
        values[key] = value
