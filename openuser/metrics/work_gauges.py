"""Gauges of the work that waits. They read the index of unfinished rows, so that finished ones cost nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Max, Min, Q, Value
from django_celery_beat.models import PeriodicTask

from core.metrics import rows
from core.models import WorkerProcess
from core.work import broker, processes, sweeper
from core.work.base import Work
from openuser.metrics.gauges import Gauge, Reading
from wecom.models import Callback, Outbound

STATES = ("ready", "waiting", "running")
JOBS = Gauge(
    name="openuser_job_state",
    words="Unfinished work by kind: ready for a worker, waiting for its moment, or running.",
    labels=("kind", "state"),
)
JOBS_OLDEST = Gauge(
    name="openuser_job_oldest_ready_seconds",
    words="Seconds since the oldest work that is ready was due.",
    labels=("kind",),
)
LANE = Gauge(
    name="openuser_lane_state",
    words="Unfinished work by lane (default: what somebody waits for, bulk, render): ready, waiting, or running.",
    labels=("lane", "state"),
)
LANE_OLDEST = Gauge(
    name="openuser_lane_oldest_ready_seconds",
    words="Seconds since the oldest work of a lane that is ready was due.",
    labels=("lane",),
)
LANE_WORKERS = Gauge(
    name="openuser_lane_worker_processes",
    words="Worker processes that live and take tasks of a lane.",
    labels=("lane",),
)
INBOX = Gauge(name="openuser_inbox_pending", words="Callbacks that are recorded and not yet handled.")
INBOX_OLDEST = Gauge(name="openuser_inbox_oldest_seconds", words="Seconds since the oldest of them was due.")
OUTBOX = Gauge(name="openuser_outbox_state", words="Unfinished messages by state.", labels=("state",))
OUTBOX_OLDEST = Gauge(
    name="openuser_outbox_oldest_ready_seconds", words="Seconds since the oldest message that is ready was due."
)
UNKNOWN = Gauge(
    name="openuser_outbox_unknown",
    words="Messages of the last three days that may or may not have arrived: a person must decide.",
)
WORKERS = Gauge(name="openuser_worker_processes", words="Worker processes with a heartbeat in the last minute.")
SWEPT = Gauge(name="openuser_sweeper_last_run_timestamp", words="When the sweeper last ran, in seconds since 1970.")
BEAT = Gauge(name="openuser_beat_last_fire_timestamp", words="When beat last queued a task, in seconds since 1970.")
LANES = (broker.DEFAULT, broker.BULK, broker.RENDER)
OF_WORK = (JOBS, JOBS_OLDEST, LANE, LANE_OLDEST, LANE_WORKERS)
GAUGES = (*OF_WORK, INBOX, INBOX_OLDEST, OUTBOX, OUTBOX_OLDEST, UNKNOWN, WORKERS, SWEPT, BEAT)
Figures = Mapping[str, Any]
RECENT = timedelta(days=3)
ALIVE = timedelta(minutes=1)


def read(now: datetime) -> Iterator[Reading]:
    """Every reading."""
    rows_of_lanes = list(_unfinished(now))
    yield from _of_lanes(rows_of_lanes, now)
    by_kind = _by_kind(rows_of_lanes)
    for kind in sweeper.work_models():
        label = kind._meta.label_lower
        row = by_kind.get(label, {})
        for state in STATES:
            yield JOBS.at(row.get(state, 0), label, state)
        yield JOBS_OLDEST.at(_age(row, now), label)
    callbacks, outbounds = (by_kind.get(kind._meta.label_lower, {}) for kind in (Callback, Outbound))
    yield INBOX.at(sum(callbacks.get(state, 0) for state in STATES))
    yield INBOX_OLDEST.at(_age(callbacks, now))
    for state in STATES:
        yield OUTBOX.at(outbounds.get(state, 0), state)
    yield OUTBOX_OLDEST.at(_age(outbounds, now))
    unknown = Outbound.objects.filter(status=Outbound.Status.FAILED, finished_at__gte=now - RECENT)
    yield UNKNOWN.at(unknown.filter(reason=Outbound.Reason.UNKNOWN).count())
    yield WORKERS.at(WorkerProcess.objects.filter(heartbeat_at__gte=now - ALIVE).count())
    swept = rows.noted(sweeper.LAST_RUN)
    if swept is not None:
        yield SWEPT.at(swept)
    fired = PeriodicTask.objects.aggregate(at=Max("last_run_at"))["at"]
    if fired is not None:
        yield BEAT.at(fired.timestamp())


def _of_lanes(figures: Sequence[Figures], now: datetime) -> Iterator[Reading]:
    workers = processes.takers()
    for lane in LANES:
        ours = [row for row in figures if row["lane"] == lane]
        for state in STATES:
            yield LANE.at(sum(row[state] for row in ours), lane, state)
        yield LANE_OLDEST.at(max((_age(row, now) for row in ours), default=0.0), lane)
        yield LANE_WORKERS.at(workers[lane], lane)


def _by_kind(figures: Iterable[Figures]) -> Mapping[str, Figures]:
    by_kind: dict[str, dict[str, Any]] = {}
    for row in figures:
        same = by_kind.setdefault(row["label"], dict.fromkeys(STATES, 0))
        same |= {state: same[state] + row[state] for state in STATES}
        same["oldest"] = min(filter(None, (same.get("oldest"), row["oldest"])), default=None)
    return by_kind


def _unfinished(now: datetime) -> Iterable[Any]:
    """The unfinished rows of every kind, by lane, counted in one statement."""
    queued = Q(status=Work.Status.QUEUED)
    ready = queued & Q(due_at__lte=now)
    figures = {
        "ready": Count("pk", filter=ready),
        "waiting": Count("pk", filter=queued & ~Q(due_at__lte=now)),
        "running": Count("pk", filter=Q(status=Work.Status.RUNNING)),
        "oldest": Min("due_at", filter=ready),
    }
    of_each = [
        part.among(part.kind.work_rows().unfinished())
        .order_by()
        .values(label=Value(part.kind._meta.label_lower, output_field=CharField()), lane=Value(part.lane, CharField()))
        .annotate(**figures)
        for part in sweeper.parts()
    ]
    return of_each[0].union(*of_each[1:], all=True)


def _age(row: Figures, now: datetime) -> float:
    oldest = row.get("oldest")
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
