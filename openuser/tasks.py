"""Celery tasks of the installation as a whole."""

from celery import shared_task
from django.utils import timezone

from core.work import sweeper
from openuser import retention
from openuser.backup import schedule
from openuser.incidents import alerts, incident_watch
from openuser.webhooks import services as hooks
from wecom import services as wecom


@shared_task(name="openuser.sweep")
def sweep() -> None:
    wecom.hold_restored()
    sweeper.sweep(bulk=False)


@shared_task(name="openuser.sweep_bulk")
def sweep_bulk() -> None:
    sweeper.sweep(bulk=True)


@shared_task(name="openuser.tidy")
def tidy() -> None:
    retention.delete_expired()


@shared_task(name="openuser.back_up")
def back_up() -> None:
    schedule.back_up_if_due(now=timezone.now())


@shared_task(name="openuser.watch")
def watch_conditions() -> None:
    incident_watch.evaluate()


@shared_task(name="openuser.send_alert")
def send_alert(pk: int) -> None:
    alerts.deliver(pk)


@shared_task(name="openuser.deliver_webhook")
def deliver_webhook(pk: int) -> None:
    hooks.attempt_delivery(pk)
