"""Metrics of every kind of work."""

from core.metrics.counts import Counter, Histogram

JOB_WAIT = Histogram(
    name="openuser_job_wait_seconds",
    words="Seconds from when work was due until a worker took it.",
    labels=("kind",),
    limits=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600),
)
JOB_RUN = Histogram(
    name="openuser_job_run_seconds",
    words="Seconds that an attempt took, or a stage of a render.",
    labels=("kind", "stage"),
    limits=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900),
)
JOB_ATTEMPTS = Counter(
    name="openuser_job_attempts_total",
    words="Attempts at work, by how they ended: done, failed, cancelled, or queued for another attempt.",
    labels=("kind", "outcome"),
)
LEASE_EXPIRED = Counter(
    name="openuser_lease_expired_total",
    words="Rows whose worker died or fell silent, found by the sweeper.",
    labels=("kind",),
)
