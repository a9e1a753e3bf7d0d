"""Is everything there, and what dead workers left behind."""

import math
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from avatars import doctor
from avatars.engines.puppet import cache
from avatars.models import Render
from avatars.rendering import STORED, WORKING, discard
from openuser.lib.diagnosis import Check

KEEP_UNKNOWN = timedelta(days=1)
KEEP_RIGS = timedelta(days=30)


def checks() -> list[Check]:
    """What the doctor looks at to see whether videos can be made."""
    return [kind() for kind in doctor.CHECKS]


def tidy(*, now: datetime | None = None) -> None:
    """Remove what dead workers left behind: their working folders, and stored files that no row knows; and the rigs of
    portraits that nobody has filmed for long."""
    now = now or timezone.now()
    abandoned_at = now.timestamp() - 2 * settings.AVATARS["TIME_LIMIT"]
    for folder in Path(settings.AVATARS["WORK_DIR"]).glob(f"{WORKING}*"):
        if _modified_at(folder) < abandoned_at:
            shutil.rmtree(folder, ignore_errors=True)
    for name in _unknown_folders(now - KEEP_UNKNOWN):
        discard(f"{STORED}/{name}")
    cache.forget(Path(settings.AVATARS["CACHE_DIR"]), (now - KEEP_RIGS).timestamp())


def purge_portrait(portrait_digest: str) -> int:
    """Remove all that was computed from a portrait's file, by its SHA-256 in hex; how many files that was.

    A film that is being made of it meanwhile has to be cancelled first. Raises `ValueError` for what is no digest.
    """
    return cache.purge(Path(settings.AVATARS["CACHE_DIR"]), portrait_digest)


def _unknown_folders(before: datetime) -> list[str]:
    """Folders of stored videos that are older than that and belong to no render."""
    if not default_storage.exists(STORED):
        return []
    found = [name for name in default_storage.listdir(STORED)[0] if re.fullmatch("[0-9a-f]{32}", name)]
    old = [name for name in found if default_storage.get_modified_time(f"{STORED}/{name}") < before]
    videos = Render.objects.exclude(video="").values_list("video", flat=True) if old else ()
    known = {video.split("/")[1] for video in videos}
    return [name for name in old if name not in known]


def _modified_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf
