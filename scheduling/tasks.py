"""Celery tasks of scheduling."""

from celery import shared_task

from scheduling import services


@shared_task(name="scheduling.run_due")
def run_due(pk: int) -> None:
    services.run_due(pk)


@shared_task(name="scheduling.sweep")
def sweep() -> None:
    services.sweep()


@shared_task(name="scheduling.tidy")
def tidy() -> None:
    services.forget_old_runs()
    services.fill_calendars()
