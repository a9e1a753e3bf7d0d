"""Figures that only one process can measure, as of now: the room on a worker's card, how wrong its clock is.

Where a count adds to its row, a level takes the place of the one before. Beside it lies when it was set, because the
machine may be gone, and its last figure would be true for ever.
"""

import time
from dataclasses import dataclass

from core.metrics.counts import Metric, Pending, Series

SET_AT = "at"

pending = Pending()


@dataclass(frozen=True, kw_only=True)
class Level(Metric):
    """A gauge that holds for `lasts` seconds after it was set. Its labels name the machine."""

    lasts: float = 3600.0
    kind = "gauge"

    def set(self, value: float, *labels: str) -> None:
        """The figure of the series with these labels, in the order of the metric's."""
        pending.put((((self.name, labels, ""), value), ((self.name, labels, SET_AT), time.time())))

    def value(self, parts: dict[str, float], now: float) -> float | None:
        """The figure of a series, from the rows of its parts; None if it holds no longer."""
        return parts.get("") if now - parts.get(SET_AT, 0.0) <= self.lasts else None


def taken() -> dict[Series, float]:
    """The levels set since, which are pending no longer."""
    return dict(pending.take())
