"""The page's text, made at most every five seconds however often it is asked."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from core.metrics import counts, rows
from core.metrics.counts import LAST, SUM, Counter, Histogram, Series
from core.metrics.levels import Level
from openuser.metrics import campaign_gauges, machine_gauges, platform_gauges, work_gauges
from openuser.metrics.gauges import Gauge, Reading, Source

KEPT_SECONDS = 5.0
GAUGES = (*machine_gauges.GAUGES, *work_gauges.GAUGES, *platform_gauges.GAUGES, *campaign_gauges.GAUGES)
Counted = dict[str, dict[tuple[str, ...], dict[str, float]]]  # by name, labels and part
OF_ROWS: tuple[Source, ...] = (work_gauges.read, platform_gauges.read, campaign_gauges.read)


class Page:
    """The page of this process, kept for a moment: two Prometheus servers and a person cost one reading."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made_at = -KEPT_SECONDS
        self._text = b""

    def text(self) -> bytes:
        """The metrics in the text format of Prometheus, at most five seconds old."""
        with self._lock:
            if time.monotonic() - self._made_at >= KEPT_SECONDS:
                self._text, self._made_at = make_text(), time.monotonic()
            return self._text


def make_text(now: datetime | None = None) -> bytes:
    """The metrics as they are now. While the database is away, only those of this machine."""
    registry = CollectorRegistry()
    registry.register(_Collector(now or timezone.now()))
    return generate_latest(registry)


class _Collector(Collector):
    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        readings = list(machine_gauges.read(self._now))
        if machine_gauges.DATABASE.at(1) not in readings:
            yield from _gauges(readings)
            return
        readings += [reading for source in OF_ROWS for reading in source(self._now)]
        counted = _by_series(rows.read())
        yield from _gauges([*readings, *_levels(counted, self._now)])
        yield from _counts(counted)

    def describe(self) -> list[Metric]:
        """Nothing: prometheus_client would read all of it to learn the names."""
        return []


def _gauges(readings: Iterable[Reading]) -> Iterator[Metric]:
    families = {
        metric.name: GaugeMetricFamily(metric.name, metric.words, labels=metric.labels)
        for metric in (*GAUGES, *_level_gauges())
    }
    for gauge, labels, value in readings:
        families[gauge.name].add_metric(labels, value)
    yield from families.values()


def _by_series(counted: Iterable[tuple[Series, float]]) -> Counted:
    by_series: Counted = defaultdict(lambda: defaultdict(dict))
    for (name, labels, part), value in counted:
        metric = counts.metrics.get(name)
        # An older version may have counted it by other labels.
        if metric is not None and len(labels) == len(metric.labels):
            by_series[name][labels][part] = value
    return by_series


def _level_gauges() -> dict[Gauge, Level]:
    """The levels as gauges. One of ours may have the same name, and readings of this process."""
    levels = [metric for metric in counts.metrics.values() if isinstance(metric, Level)]
    return {Gauge(name=level.name, words=level.words, labels=level.labels): level for level in levels}


def _levels(counted: Counted, now: datetime) -> Iterator[Reading]:
    """The measurements of other processes."""
    for gauge, level in _level_gauges().items():
        for labels, parts in counted[level.name].items():
            value = level.value(parts, now.timestamp())
            if value is not None:
                yield gauge.at(value, *labels)


def _counts(counted: Counted) -> Iterator[Metric]:
    for metric in counts.metrics.values():
        fitting = {**{labels: {} for labels in metric.known}, **counted[metric.name]}
        if isinstance(metric, Histogram):
            yield _histogram(metric, fitting)
        elif isinstance(metric, Counter):
            family = CounterMetricFamily(metric.name, metric.words, labels=metric.labels)
            for labels, parts in fitting.items():
                family.add_metric(labels, parts.get("", 0.0))
            yield family


def _histogram(metric: Histogram, samples: dict[tuple[str, ...], dict[str, float]]) -> Metric:
    family = HistogramMetricFamily(metric.name, metric.words, labels=metric.labels)
    for labels, parts in samples.items():
        below, buckets = 0.0, []
        for limit in (*(f"{limit:g}" for limit in metric.limits), LAST):
            below += parts.get(limit, 0.0)
            buckets.append((limit, below))
        family.add_metric(labels, buckets=buckets, sum_value=parts.get(SUM, 0.0))
    return family
