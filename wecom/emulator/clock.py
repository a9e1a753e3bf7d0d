"""The emulator's clock: real time plus an offset that a developer may move, so that tokens and media expire at will."""

import time
from functools import cache

from wecom.emulator.models import Clock


def now() -> float:
    """Unix seconds, as the emulated platform sees them."""
    return time.time() + offset()


@cache
def offset() -> float:
    """How far the clock was moved, in seconds. Read once, because every call asks for the time several times."""
    return Clock.objects.filter(pk=1).values_list("offset", flat=True).first() or 0.0


def day(now: float) -> int:
    """The number of the day in China, which is when daily quotas begin anew."""
    return int((now + 8 * 3600) // 86400)


def move(seconds: float) -> float:
    """Set the offset from real time (not from the last offset); returns the new time."""
    Clock.objects.update_or_create(pk=1, defaults={"offset": seconds})
    offset.cache_clear()
    return now()
