"""The doctor's checks, and the removal of files that dead workers left behind."""

import math
import re
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from avatars import doctor
from avatars.engines.puppet.rig import disk_cache
from avatars.models import Narration, Render
from avatars.pipeline import spoken_segments
from avatars.rendering import render_retention
from avatars.rendering.narration import SPOKEN
from avatars.rendering.narration import WORKING as SPEAKING
from avatars.rendering.render_worker import STORED, WORKING, delete_folder
from avatars.services.erasure import VOICE, forget_voices_again, purge_speech
from avatars.services.portrait_videos import forget_replaced_videos
from avatars.services.portraits import PORTRAIT, purge_portrait
from core.diagnosis import Check
from core.storage import erasures, upkeep

KEEP_RIGS = timedelta(days=30)
"""Rigs and segments that were not used for so long are deleted; they are computed again when needed."""
LEAVING = timedelta(minutes=1)  # a worker deletes its folder itself right after its render has ended


def doctor_checks() -> list[Check]:
    """The doctor's checks of whether videos can be made."""
    return [kind() for kind in doctor.CHECKS]


def register_upkeep() -> None:
    """Register functions by which each machine repeats erasures of others, and tidies its own disk."""
    erasures.register(PORTRAIT, purge_portrait)
    erasures.register(VOICE, purge_speech)
    upkeep.register(tidy_disk)


def clean_up(*, now: datetime | None = None) -> None:
    """Delete files past their retention, and stored files that no row knows."""
    now = now or timezone.now()
    render_retention.delete_expired(now=now)
    forget_replaced_videos(now=now)
    for root in (STORED, SPOKEN):
        for name in _unknown_folders(root, now - render_retention.KEEP_UNKNOWN):
            delete_folder(f"{root}/{name}")


def tidy_disk(*, now: datetime | None = None) -> None:
    """Delete from this machine the files that dead workers left behind, and cached files that were not used for long.

    Files of unfinished renders stay for a while: another worker may be at them.
    """
    now = now or timezone.now()
    abandoned_at = now.timestamp() - 2 * settings.AVATARS["TIME_LIMIT"]
    abandoned_at = min(abandoned_at, (now - timedelta(days=settings.AVATARS["KEEP_WORK_FILES_DAYS"])).timestamp())
    places = list(Path(settings.AVATARS["WORK_DIR"]).glob("*"))
    ended = _ended_renders(places, now - LEAVING)
    for place in places:
        old = place.name.startswith((WORKING, SPEAKING)) and _modified_at(place) < abandoned_at
        if old or _render_of(place) in ended:
            shutil.rmtree(place, ignore_errors=True)
    forget_voices_again(now=now)
    folder, unused = Path(settings.AVATARS["CACHE_DIR"]), (now - KEEP_RIGS).timestamp()
    disk_cache.delete_unused(folder, unused)
    spoken_segments.segment_cache(folder).forget(unused)


def _ended_renders(places: Iterable[Path], before: datetime) -> set[int | None]:
    """The renders of these working folders that ended before: their workers died before they had tidied up."""
    keys = {key for place in places if (key := _render_of(place)) is not None}
    return set(Render.objects.filter(pk__in=keys, finished_at__lt=before).values_list("pk", flat=True))


def _render_of(place: Path) -> int | None:
    """The key of the render whose working folder this is; None for other folders."""
    match = re.match(rf"{WORKING}(\d+)-", place.name)
    return int(match[1]) if match else None


def _unknown_folders(root: str, before: datetime) -> list[str]:
    """Folders of stored videos, or of narrations, that are older than that and belong to no row."""
    if not default_storage.exists(root):
        return []
    names = [name for name in default_storage.listdir(root)[0] if re.fullmatch("[0-9a-f]{32}", name)]
    old = [name for name in names if default_storage.get_modified_time(f"{root}/{name}") < before]
    known = {name.split("/")[1] for name in _known_files(root)} if old else set()
    return [name for name in old if name not in known]


def _known_files(root: str) -> list[str]:
    if root == STORED:
        return list(Render.objects.filter(video__startswith=f"{root}/").values_list("video", flat=True))
    return [part for parts in Narration.objects.exclude(parts=[]).values_list("parts", flat=True) for part in parts]


def _modified_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf
