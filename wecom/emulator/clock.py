"""The emulator's clock: real time plus an offset, which a test sets so that tokens and media expire."""

import time
from functools import cache

from wecom.emulator.models import Clock


def now() -> float:
    """The current time in Unix seconds."""
    return time.time() + offset()


def elapsed() -> float:
    """Seconds on a clock that only a test sets back, for windows that the system's clock must not begin again."""
    return time.monotonic() + offset()


@cache
def offset() -> float:
    """The offset from real time in seconds. Cached, because every call needs the time more than once."""
    return Clock.objects.filter(pk=1).values_list("offset", flat=True).first() or 0.0


def day_number(now: float) -> int:
    """The number of the day in China, where daily quotas reset at midnight."""
    return int((now + 8 * 3600) // 86400)


def set_offset(seconds: float) -> float:
    """Set the offset from real time. Returns the new time."""
    Clock.objects.update_or_create(pk=1, defaults={"offset": seconds})
    offset.cache_clear()
    return now()
