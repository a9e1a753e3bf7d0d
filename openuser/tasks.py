"""Celery tasks of the installation as a whole."""

from celery import shared_task

from core.work import sweeper
from openuser import retention
from openuser.webhooks import services as hooks


@shared_task(name="openuser.sweep")
def sweep() -> None:
    sweeper.sweep()


@shared_task(name="openuser.tidy")
def tidy() -> None:
    retention.delete_expired()


@shared_task(name="openuser.deliver_webhook")
def deliver_webhook(pk: int) -> None:
    hooks.attempt_delivery(pk)
