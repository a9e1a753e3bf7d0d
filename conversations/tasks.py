"""Celery tasks of conversations."""

from celery import shared_task

from conversations import services


@shared_task(name="conversations.release")
def release() -> None:
    services.release_all()
    services.recall_withdrawn()
    services.let_rested_go()


@shared_task(name="conversations.tick")
def tick() -> None:
    services.remind_and_expire()
    services.start_for_joined()
    services.follow_tickets()


@shared_task(name="conversations.embed")
def embed(pk: int) -> None:
    services.embed(pk)


@shared_task(name="conversations.embed_missing")
def embed_missing() -> None:
    services.queue_missing_vectors()
    services.queue_outdated_documents()
    services.delete_earlier_editions()
    services.compute_care_vectors()


@shared_task(name="conversations.read_document")
def read_document(pk: int) -> None:
    services.read_document(pk)


@shared_task(name="conversations.tell_answers")
def tell_answers() -> None:
    services.tell_answers()


@shared_task(name="conversations.move_sessions")
def move_sessions(pk: int) -> None:
    services.move_sessions(pk)


@shared_task(name="conversations.errand")
def errand(pk: int) -> None:
    services.run_errand(pk)
