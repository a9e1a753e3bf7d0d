"""Beat's tasks for the whole installation."""

from celery import shared_task

from openuser import housekeeping
from openuser.lib import work


@shared_task(name="openuser.sweep")
def sweep() -> None:
    work.sweep()


@shared_task(name="openuser.tidy")
def tidy() -> None:
    housekeeping.tidy()
