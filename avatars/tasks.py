"""Celery's door to rendering; its queue has workers of its own, so that a video never keeps a text waiting."""

from celery import shared_task

from avatars import fitting, narrating, rendering


@shared_task(name="avatars.render")
def render(pk: int) -> None:
    rendering.render_next()


@shared_task(name="avatars.fit")
def fit(pk: int) -> None:
    fitting.fit(pk)


@shared_task(name="avatars.narrate")
def narrate(pk: int) -> None:
    narrating.narrate(pk)


@shared_task(name="avatars.warm")
def warm() -> None:
    rendering.warm()
