"""Celery's door to rendering; its queue has workers of its own, so that a video never keeps a text waiting."""

from celery import shared_task

from avatars import services


@shared_task(name="avatars.render")
def render(pk: int) -> None:
    services.render_next()


@shared_task(name="avatars.fit")
def fit(pk: int) -> None:
    services.fit_rendition(pk)


@shared_task(name="avatars.check_portrait_video")
def check_portrait_video(pk: int) -> None:
    services.run_portrait_video_check(pk)


@shared_task(name="avatars.narrate")
def narrate(pk: int) -> None:
    services.run_narration(pk)


@shared_task(name="avatars.measure_pictures")
def measure_pictures() -> None:
    services.measure_pictures()


@shared_task(name="avatars.warm")
def warm() -> None:
    services.warm_studio()
