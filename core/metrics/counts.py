"""Counts of a process that are not written yet. To count takes about a microsecond, and asks no database.

prometheus_client's own counters are of one process. Its mode for several shares a folder, which workers on other
machines do not have, and keeps a file for each process that ever ran. Here the rows are shared, so any web process
answers for all, the dead included.
"""

import os
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

# A metric, the values of its labels, and the part of a histogram: an upper limit, or `SUM`.
Series = tuple[str, tuple[str, ...], str]
SUM = "sum"
LAST = "+Inf"
MOST_SERIES = 2000  # in one process: a label without bounds must not fill the memory

metrics: dict[str, "Metric"] = {}
"""Every metric that is kept in rows, by its name."""


class Pending:
    """Amounts by series, from several threads."""

    def __init__(self) -> None:
        self._reset()
        os.register_at_fork(after_in_child=self._reset)  # the parent writes its pending amounts

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._amounts: dict[Series, float] = {}

    def add(self, amounts: Iterable[tuple[Series, float]]) -> None:
        with self._lock:
            for series, amount in amounts:
                if series in self._amounts:
                    self._amounts[series] += amount
                elif len(self._amounts) < MOST_SERIES:
                    self._amounts[series] = amount

    def put(self, amounts: Iterable[tuple[Series, float]]) -> None:
        """Replace the amounts of these series, within the same limit of series as `add`."""
        with self._lock:
            for series, amount in amounts:
                if series in self._amounts or len(self._amounts) < MOST_SERIES:
                    self._amounts[series] = amount

    def take(self) -> Mapping[Series, float]:
        """All amounts, which are pending no longer."""
        with self._lock:
            taken, self._amounts = self._amounts, {}
        return taken


pending = Pending()


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric by its Prometheus name. `known` are values of its labels that are exported before they are counted.

    Raises `ValueError` if there is one of this name.
    """

    name: str
    words: str
    labels: tuple[str, ...] = ()
    known: tuple[tuple[str, ...], ...] = ()
    kind: ClassVar[str]

    def __post_init__(self) -> None:
        if self.name in metrics:
            raise ValueError(f"There are two metrics {self.name}.")
        metrics[self.name] = self


@dataclass(frozen=True, kw_only=True)
class Counter(Metric):
    """A number that only rises."""

    kind = "counter"

    def add(self, *labels: str, amount: float = 1.0) -> None:
        """Add to the series with these labels, in the order of the metric's."""
        pending.add((((self.name, labels, ""), amount),))


@dataclass(frozen=True, kw_only=True)
class Histogram(Metric):
    """How many observations lay below each of some limits, and their sum."""

    limits: tuple[float, ...] = field(default=())
    kind = "histogram"

    def observe(self, value: float, *labels: str) -> None:
        """Add an observation to the series with these labels, in the order of the metric's."""
        place = bisect_left(self.limits, value)
        part = f"{self.limits[place]:g}" if place < len(self.limits) else LAST
        pending.add((((self.name, labels, part), 1.0), ((self.name, labels, SUM), value)))
