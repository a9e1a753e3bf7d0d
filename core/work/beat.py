"""The scheduler of Celery beat."""

import time
from datetime import datetime
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from core.work import processes

STEP = 1.0  # seconds by which a clock that is set back is noticed


class Entry(ModelEntry):  # type: ignore[misc]  # the package has no types
    """An entry whose last run cannot lie ahead.

    It does where the clock was ahead and was set right, or beat moved from such a machine: nothing would run till then.
    """

    last_run_at: datetime

    def is_due(self) -> Any:
        now = self._default_now()
        if self.last_run_at > now:
            self.last_run_at = self.model.last_run_at = now
        return super().is_due()


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # the package has no types
    """Publishes by the pool, as all other processes do, which connects anew after the broker was away.

    Celery's own keeps one producer for good. Where publishing is not retried, nothing connects it after RabbitMQ has
    restarted, and no sweep runs until beat is restarted.
    """

    Entry = Entry
    _gap = float("-inf")  # the clock's time less the monotonic one

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **options: Any) -> Any:
        """Publish an entry that is due. Raises `celery.beat.SchedulingError` if the broker does not take it."""
        pool: Any = self.app.producer_pool
        with pool.acquire(block=True) as connected:
            return super().apply_async(entry, connected, advance, **options)

    def tick(self, *args: Any, **options: Any) -> Any:
        """Publish due entries; returns the seconds until the next tick.

        Celery looks at the entry that comes first by the times which it has noted. After the clock was set back, these
        times lie ahead, and entries would wait for them.
        """
        gap = time.time() - time.monotonic()
        if gap < self._gap - STEP:
            self._heap = None
        self._gap = gap
        pause = super().tick(*args, **options)
        processes.pulse()
        return pause
