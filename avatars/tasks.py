"""Celery's door to rendering; its queue has workers of its own, so that a video never keeps a text waiting."""

from celery import shared_task

from avatars import services
from avatars.rendering import compression, narration, render_worker
from avatars.rendering.portrait_videos import video_check


@shared_task(name="avatars.render")
def render(pk: int) -> None:
    render_worker.render_next()


@shared_task(name="avatars.fit")
def fit(pk: int) -> None:
    compression.compress(pk)


@shared_task(name="avatars.check_portrait_video")
def check_portrait_video(pk: int) -> None:
    video_check.check(pk)


@shared_task(name="avatars.narrate")
def narrate(pk: int) -> None:
    narration.narrate(pk)


@shared_task(name="avatars.measure_pictures")
def measure_pictures() -> None:
    services.measure_pictures()


@shared_task(name="avatars.warm")
def warm() -> None:
    render_worker.warm()
