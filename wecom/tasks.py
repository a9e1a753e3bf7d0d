"""Celery's door: each task takes an ID and calls the worker of that row, which does nothing if the row is not due."""

from celery import shared_task

from wecom import services


@shared_task(name="wecom.handle")
def handle(pk: int) -> None:
    services.handle_callback(pk)


@shared_task(name="wecom.wake_callbacks")
def wake_callbacks(first: int) -> None:
    services.wake_callbacks(first)


@shared_task(name="wecom.deliver")
def deliver(pk: int) -> None:
    services.deliver(pk)


@shared_task(name="wecom.deliver_due")
def deliver_due(application: int) -> None:
    services.deliver_due(application)


@shared_task(name="wecom.deliver_bulk_due")
def deliver_bulk_due(application: int) -> None:
    services.deliver_due(application, bulk=True)


@shared_task(name="wecom.probe")
def probe() -> None:
    services.wake_probes()


@shared_task(name="wecom.upload")
def upload(pk: int) -> None:
    services.run_upload(pk)


@shared_task(name="wecom.download")
def download(pk: int) -> None:
    services.run_download(pk)


@shared_task(name="wecom.deliver_to_chat")
def deliver_to_chat(pk: int) -> None:
    services.deliver_to_chat(pk)


@shared_task(name="wecom.recall")
def recall(pk: int) -> None:
    services.run_recall(pk)


@shared_task(name="wecom.update_card")
def update_card(pk: int) -> None:
    services.run_card_update(pk)


@shared_task(name="wecom.publish_menu")
def publish_menu(pk: int) -> None:
    services.run_menu_publication(pk)


@shared_task(name="wecom.sync_directory")
def sync_directory(pk: int) -> None:
    services.run_directory_sync(pk)


@shared_task(name="wecom.sync_due_directories")
def sync_due_directories() -> None:
    services.sync_due_directories()
