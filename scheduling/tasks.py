"""Celery tasks of scheduling."""

from celery import shared_task

from scheduling import services


@shared_task(name="scheduling.run_due")
def run_due(_pk: int) -> None:
    """Beat of the version before asks for a schedule: it becomes a campaign, which sends the due messages."""
    services.replace_schedules()


@shared_task(name="scheduling.begin")
def begin(pk: int) -> None:
    services.begin_campaign(pk)


@shared_task(name="scheduling.sweep")
def sweep() -> None:
    services.sweep_campaigns()
    services.sweep_series()
    services.replace_schedules()


@shared_task(name="scheduling.start_run")
def start_run(pk: int) -> None:
    services.start_run(pk)


@shared_task(name="scheduling.send_batch")
def send_batch(pk: int) -> None:
    services.send_batch(pk)


@shared_task(name="scheduling.rehearse")
def rehearse(pk: int) -> None:
    services.run_rehearsal(pk)


@shared_task(name="scheduling.tidy")
def tidy() -> None:
    services.expire_sheets()
    services.fill_calendars()
