"""Gauges: figures that are read when the page is asked, and so needs no process that keeps it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

Reading = tuple["Gauge", tuple[str, ...], float]
Source = Callable[[datetime], Iterator[Reading]]


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """A gauge by its Prometheus name. Its labels are bounded: never user IDs."""

    name: str
    words: str
    labels: tuple[str, ...] = ()

    def at(self, value: float, *labels: str) -> Reading:
        """A reading with these labels, in the order of the gauge's."""
        return self, labels, float(value)
