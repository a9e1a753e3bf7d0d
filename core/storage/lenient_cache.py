"""Values that are cached for a while, and computed again where the cache has lost them or does not answer."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from django.core.cache import cache

T = TypeVar("T")


def kept(key: str, find: Callable[[], T], *, seconds: float) -> T:
    """The cached value of this key, or else the result of `find`, cached for `seconds` unless it is None."""
    value: Any = None
    # A cache that is away only costs time.
    with suppress(Exception):
        value = cache.get(key)
    if value is None:
        value = find()
        if value is not None:
            with suppress(Exception):
                cache.set(key, value, seconds)
    return value  # type: ignore[no-any-return]
