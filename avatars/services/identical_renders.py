"""A video that has been made already, or is on its way, is not made again: equal recipes share one render."""

from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from avatars import consent
from avatars.models import Render
from avatars.rendering import estimates, recipes, render_quotas
from avatars.services.recordings import Recording

PER_SECOND = 4  # characters, as people speak
ANEW: dict[str, Any] = {"stage": Render.Stage.WAITING, "stages": [], "progress": 0, "hint": ""}
"""Columns of a render that begins again, as they are in a new row."""
ANEW |= {"stream": "", "stream_index": {}}


@transaction.atomic(savepoint=False)
def request_recipe(
    what: Mapping[str, Any],
    wish: Mapping[str, Any],
    *,
    decision: consent.ConsentDecision,
    recording: Recording | None = None,
) -> Render:
    """The Render of a frozen recipe, as `request_render`; `what` are its content's columns, `wish` the request's.

    The row is new, or locked until the transaction ends, which is the caller's.
    """
    content_hash = recipes.digest(what["text"], what["recipe"])
    requester = wish["requester"]
    # Locked until the wish is written: a cancellation at this moment sees that another requester waits for it now.
    shared = Render.objects.filter(content_hash=content_hash, status__in=Render.SHARED).select_for_update()
    render = shared.first()
    if render is not None and _has_vanished(render):
        Render.objects.filter(pk=render.pk).update(status=Render.Status.FAILED, reason="file_missing")
        render = None
    wish = {"ends_unwanted": False, **wish, **decision.columns}
    if render is None:
        render_quotas.check(requester)
        new = Render(**what, **wish, content_hash=content_hash)
        render = _queued(new, recording) or shared.get()
    elif render.is_expired:
        render_quotas.check(requester)
        render.restart(**ANEW, **wish, recording=_kept(render, recording))
    if not render.is_finished:
        _join(render, wish)
    return render


def _join(render: Render, wish: Mapping[str, Any]) -> None:
    """Another one waits for a render that is on its way: it is as urgent as the most urgent of them."""
    rows = Render.objects.filter(pk=render.pk)
    if render.ends_unwanted and not wish["ends_unwanted"]:
        rows.update(ends_unwanted=False)
        render.ends_unwanted = False
    if render.priority < wish["priority"]:
        was_bulk = render.is_bulk
        rows.filter(priority__lt=wish["priority"]).update(priority=wish["priority"])
        render.priority = wish["priority"]
        if was_bulk and not render.is_bulk:
            render.wake()  # its first task waits behind all that is not bulk


def _queued(render: Render, recording: Recording | None) -> Render | None:
    """Write a new row; None where the same was requested at this moment and its row exists now."""
    seconds = recording.seconds if recording else render.recipe.get("loop", 0)
    text = render.text or "字" * round(PER_SECOND * seconds)
    made = {"spliced": "cuts" in render.recipe, "deck": render.recipe.get("deck")}
    likely = estimates.estimate(text, render.mode, **made)
    render.estimated_seconds = likely.likely
    render.estimated_low, render.estimated_high = likely.low, likely.high
    try:
        with transaction.atomic():
            _kept(render, recording)
            render.save()
    except IntegrityError:
        return None
    render.wake()
    return render


def _kept(render: Render, recording: Recording | None) -> str:
    """The name in the media storage of the sound that it is made of, "" for none."""
    if recording is not None and not render.recording:
        render.recording.save(f"recording{recording.suffix}", ContentFile(recording.data), save=False)
    return str(render.recording.name or "")


def _has_vanished(render: Render) -> bool:
    """Made, but its file was removed from the storage since."""
    return bool(render.video) and not default_storage.exists(str(render.video))
