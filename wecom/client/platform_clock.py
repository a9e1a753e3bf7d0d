"""How far the clock of this machine is off that of WeChat Work, by the `Date` of its answers."""

import time
from email.utils import parsedate_to_datetime
from threading import Lock

import requests

from core.work import process_identity
from wecom.metrics import CLOCK_SKEW

EVERY_SECONDS = 60.0
HALF_A_SECOND = 0.5  # `Date` has whole seconds, so on average it is that much behind


class Comparison:
    """Measures at most once a minute, as the answers between say the same."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._next_at = 0.0

    def compare(self, response: requests.Response) -> None:
        """Measure by an answer that came just now, if it is time."""
        with self._lock:
            if time.monotonic() < self._next_at:
                return
            self._next_at = time.monotonic() + EVERY_SECONDS
        skew = skew_of(response, time.time())
        if skew is not None:
            CLOCK_SKEW.set(skew, process_identity.host(), "wecom")


def skew_of(response: requests.Response, now: float) -> float | None:
    """Seconds by which we are ahead; None without a `Date` that can be read. Half of the way is the answer's."""
    try:
        theirs = parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return None
    return now - response.elapsed.total_seconds() / 2 - (theirs + HALF_A_SECOND)


comparison = Comparison()
