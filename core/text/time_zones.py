"""The names of time zones, as people write and choose them."""

from functools import cache
from zoneinfo import available_timezones

OFTEN_USED = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Europe/London", "America/New_York", "UTC")


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones. Cached, because finding them reads hundreds of files."""
    return frozenset(available_timezones())


def find_time_zone(word: str) -> str | None:
    """The zone that a word names, in any case and with spaces for underscores; None if there is none."""
    return _folded().get(_fold(word))


@cache
def _folded() -> dict[str, str]:
    return {_fold(name): name for name in sorted(time_zones())}


def _fold(word: str) -> str:
    return word.strip().casefold().replace(" ", "_")
