"""How far a render is, as live pages and programs read it."""

from dataclasses import dataclass

from avatars import services as avatars
from avatars.models import Render


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One render now. `progress` is 0..100; `seconds_left` an estimate; the addresses are empty until it is done."""

    id: int
    status: str
    stage: str
    progress: int
    seconds_left: int
    reason: str
    hint: str
    video_url: str
    captions_url: str
    poster_url: str
    is_final: bool


def progress_of(pk: int) -> Progress | None:
    """Read it; None where there is no such render."""
    render = Render.objects.filter(pk=pk).first()
    if render is None:
        return None
    return Progress(
        id=render.pk,
        status=render.status,
        stage=render.stage,
        progress=render.progress,
        seconds_left=round(avatars.seconds_left(render)),
        reason=render.reason,
        hint=render.hint,
        video_url=render.video.url if render.video else "",
        captions_url=render.captions.url if render.captions else "",
        poster_url=render.poster.url if render.poster else "",
        is_final=render.is_finished,
    )
