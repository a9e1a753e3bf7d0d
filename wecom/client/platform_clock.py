"""How far the clock of this machine is off that of WeChat Work, by the `Date` of its answers."""

import time
from email.utils import parsedate_to_datetime
from threading import Lock

from core.work import process_identity
from wecom.metrics import CLOCK_SKEW

EVERY_SECONDS = 60.0
HALF_A_SECOND = 0.5  # `Date` has whole seconds, so on average it is that much behind


class Comparison:
    """Measures at most once a minute, as the answers between say the same."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._next_at = 0.0

    def compare(self, date: str | None, took: float) -> None:
        """Measure by the `Date` of an answer that came just now, after so many seconds, if it is time."""
        with self._lock:
            if time.monotonic() < self._next_at:
                return
            self._next_at = time.monotonic() + EVERY_SECONDS
        skew = skew_of(date, took, time.time())
        if skew is not None:
            CLOCK_SKEW.set(skew, process_identity.host(), "wecom")


def skew_of(date: str | None, took: float, now: float) -> float | None:
    """Seconds by which we are ahead; None without a `Date` that can be read. Half of the way is the answer's."""
    try:
        theirs = parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return None
    return now - took / 2 - (theirs + HALF_A_SECOND)


comparison = Comparison()
