"""Beat's tasks for the whole installation."""

from celery import shared_task

from openuser import housekeeping
from openuser.hooks import services as hooks
from openuser.lib import work


@shared_task(name="openuser.sweep")
def sweep() -> None:
    work.sweep()


@shared_task(name="openuser.tidy")
def tidy() -> None:
    housekeeping.tidy()


@shared_task(name="openuser.deliver_webhook")
def deliver_webhook(pk: int) -> None:
    hooks.deliver(pk)
