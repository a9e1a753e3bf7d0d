"""The scheduler of Celery beat."""

from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # the package has no types
    """Publishes by the pool, as all other processes do, which connects anew after the broker was away.

    Celery's own keeps one producer for good. Where publishing is not tried again, nothing connects it after RabbitMQ
    has restarted, and nothing is swept until somebody restarts beat.
    """

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **options: Any) -> Any:
        """Publish an entry that is due. Raises `celery.beat.SchedulingError` if the broker does not take it."""
        pool: Any = self.app.producer_pool
        with pool.acquire(block=True) as connected:
            return super().apply_async(entry, connected, advance, **options)
