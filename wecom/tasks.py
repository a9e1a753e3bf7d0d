"""Celery's door: each takes an ID, claims its row, and leaves silently where nobody is home."""

from celery import shared_task

from wecom import outbox, services, uploads


@shared_task(name="wecom.handle")
def handle(pk: int) -> None:
    services.handle(pk)


@shared_task(name="wecom.deliver")
def deliver(pk: int) -> None:
    outbox.deliver(pk)


@shared_task(name="wecom.upload")
def upload(pk: int) -> None:
    uploads.deliver(pk)
