"""Celery's door to conversations."""

from celery import shared_task

from conversations import services


@shared_task(name="conversations.release")
def release() -> None:
    services.release_all()
