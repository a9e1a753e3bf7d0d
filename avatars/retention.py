"""Files that have been kept long enough: they go, their rows stay and say so, and the same words are made anew."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from avatars.models import Narration, Render
from avatars.reasons import Reason
from avatars.rendering import STORED, discard

logger = logging.getLogger(__name__)

AT_ONCE = 500


def expire(*, now: datetime) -> int:
    """Remove what is older than its kind is kept. Returns of how many rows."""
    return _expire_films(now) + _expire_narrations(now)


def _expire_films(now: datetime) -> int:
    days = settings.AVATARS["KEEP_FILMS_DAYS"]
    if days <= 0:
        return 0
    # Those that are withheld lie elsewhere, and have rules of their own.
    old = Render.objects.filter(
        status=Render.Status.DONE, video__startswith=f"{STORED}/", finished_at__lt=now - timedelta(days=days)
    )
    return sum(_forget_film(render) for render in old.order_by("finished_at")[:AT_ONCE])


def _forget_film(render: Render) -> int:
    """The row first: a file that is left over is found by whoever tidies, a row whose file is gone misleads people."""
    video = str(render.video.name)
    with transaction.atomic():
        done = Render.objects.filter(pk=render.pk, status=Render.Status.DONE, video=video)
        if not done.update(reason=Reason.EXPIRED, size=None, video="", captions="", poster=""):
            return 0
        render.renditions.all().delete()
    discard(video.rpartition("/")[0])
    logger.info("The files of a video were removed.", extra={"cid": render.cid, "render": render.pk})
    return 1


def _expire_narrations(now: datetime) -> int:
    days = settings.AVATARS["KEEP_NARRATIONS_DAYS"]
    if days <= 0:
        return 0
    old = Narration.objects.filter(status=Narration.Status.DONE, finished_at__lt=now - timedelta(days=days))
    count = 0
    for narration in old.exclude(parts=[]).order_by("finished_at")[:AT_ONCE]:
        Narration.objects.filter(pk=narration.pk).update(parts=[], reason=Reason.EXPIRED)
        for name in narration.parts:
            default_storage.delete(name)
        count += 1
    return count
