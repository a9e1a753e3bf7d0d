"""Celery's door: each task takes an ID and calls the worker of that row, which does nothing if the row is not due."""

from celery import shared_task

from wecom import services
from wecom.application import menus
from wecom.callbacks import processor
from wecom.directory import sync
from wecom.media import downloads, uploads
from wecom.outbox import card_updates, group_messages, recalls
from wecom.outbox.batches import batch_dispatcher


@shared_task(name="wecom.handle")
def handle(pk: int) -> None:
    processor.handle_detached(pk)


@shared_task(name="wecom.wake_callbacks")
def wake_callbacks(first: int) -> None:
    services.wake_callbacks(first)


@shared_task(name="wecom.deliver")
def deliver(pk: int) -> None:
    batch_dispatcher.deliver(pk)


@shared_task(name="wecom.deliver_due")
def deliver_due(application: int) -> None:
    batch_dispatcher.deliver_due(application)


@shared_task(name="wecom.deliver_bulk_due")
def deliver_bulk_due(application: int) -> None:
    batch_dispatcher.deliver_due(application, bulk=True)


@shared_task(name="wecom.probe")
def probe() -> None:
    services.wake_probes()


@shared_task(name="wecom.upload")
def upload(pk: int) -> None:
    uploads.run_upload(pk)


@shared_task(name="wecom.download")
def download(pk: int) -> None:
    downloads.run_download(pk)


@shared_task(name="wecom.deliver_to_chat")
def deliver_to_chat(pk: int) -> None:
    group_messages.deliver_to_chat(pk)


@shared_task(name="wecom.recall")
def recall(pk: int) -> None:
    recalls.run_recall(pk)


@shared_task(name="wecom.update_card")
def update_card(pk: int) -> None:
    card_updates.run_update(pk)


@shared_task(name="wecom.publish_menu")
def publish_menu(pk: int) -> None:
    menus.run_publication(pk)


@shared_task(name="wecom.sync_directory")
def sync_directory(pk: int) -> None:
    sync.run_sync(pk)


@shared_task(name="wecom.sync_due_directories")
def sync_due_directories() -> None:
    services.sync_due_directories()
