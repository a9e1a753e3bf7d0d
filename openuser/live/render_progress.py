"""The progress of a render, as live pages and programs read it."""

from dataclasses import dataclass

from django.urls import reverse

from avatars import services as avatars
from avatars.models import Render


@dataclass(frozen=True, kw_only=True)
class RenderProgress:
    """The state of one render. `progress` is 0 to 100, `seconds_left` an estimate; URLs are None until it is done."""

    id: int
    status: str
    stage: str
    progress: int
    seconds_left: int
    reason: str
    hint: str
    video_url: str | None
    captions_url: str | None
    translated_captions_url: str | None
    poster_url: str | None
    is_final: bool


def get_progress(pk: int) -> RenderProgress | None:
    """The progress of a render; None if there is no such render."""
    render = Render.objects.filter(pk=pk).first()
    if render is None:
        return None
    return RenderProgress(
        id=render.pk,
        status=render.status,
        stage=render.stage,
        progress=render.progress,
        seconds_left=round(avatars.seconds_left(render)),
        reason=render.reason,
        hint=render.advice,
        video_url=reverse("render-video", args=[pk]) if render.video else None,
        captions_url=reverse("render-captions", args=[pk]) if render.captions else None,
        translated_captions_url=reverse("render-translated-captions", args=[pk])
        if render.translated_captions
        else None,
        poster_url=reverse("render-poster", args=[pk]) if render.poster else None,
        is_final=render.is_finished,
    )
