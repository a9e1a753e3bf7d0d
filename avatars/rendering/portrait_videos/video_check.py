"""Checks an uploaded portrait video in the studio, and makes it the portrait of its digital human if it will do."""

import base64
import hashlib
import logging
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from avatars.exceptions import AvatarError, RenderCancelled
from avatars.models import DigitalHuman, PortraitVideo
from avatars.pipeline.stages import Stage
from avatars.portraits.video_file import USUAL, Limits
from avatars.portraits.video_findings import ExaminedVideo, VideoFinding
from avatars.studio.studio import studio
from core.exceptions import TemporaryError
from core.storage import disk
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

PAUSE = timedelta(seconds=10)
"""The additional wait of each retry. The first comes at once, because people wait."""
EDGES = ("x", "y", "width", "height")
ENCODED = 20
"""Per cent of the work that are done once the video is written anew."""


def check(
    pk: int, *, limits: Limits = USUAL, keep: Callable[[], None] | None = None, now: datetime | None = None
) -> None:
    """Check the video of this row, if it is due; `keep` extends the lease of a row that waits meanwhile."""
    row = PortraitVideo.claim(pk, now=now)
    if row is None:
        return
    try:
        with _working_folder(row) as folder:
            _check(row, folder, limits, keep)
    except (LeaseLost, RenderCancelled):
        logger.info("This portrait video is no longer ours to check.", extra={"portrait_video": row.pk})
    except TemporaryError as error:
        _again_or_refuse(row, error.code)
    except AvatarError as error:
        _refuse(row, error.code)
    except OSError as error:
        _refuse(row, "disk_full" if disk.is_full(error) else "disk")


def _check(row: PortraitVideo, folder: Path, limits: Limits, keep: Callable[[], None] | None) -> None:

    def cancelled() -> bool:
        if keep is not None:
            keep()
        return not row.has_lease()

    stored = folder / "stored.mp4"
    examined = studio().check_video(
        Path(default_storage.path(str(row.upload.name))),
        stored,
        limits=limits,
        on_progress=_Reporter(row).report,
        cancelled=cancelled,
        time_limit=settings.AVATARS["TIME_LIMIT"],
        memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"],
    )
    if examined.flaws:
        _refuse(row, examined.flaws[0].code, examined)
        return
    _accept(row, examined, stored)


class _Reporter:
    """Writes the progress, and keeps the lease while the work goes on."""

    def __init__(self, row: PortraitVideo) -> None:
        self._row = row

    def report(self, stage: Stage, share: float) -> None:
        percent = round(ENCODED + (100 - ENCODED) * share) if stage is Stage.CHECKING else round(ENCODED * share)
        if percent != self._row.progress:
            self._row.update_leased(progress=min(99, percent))
            self._row.extend_lease()


def _accept(row: PortraitVideo, examined: ExaminedVideo, stored: Path) -> None:
    """Store the video and its frame, and show them from now on."""
    with stored.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        video = default_storage.save(f"portraits/{secrets.token_hex(16)}.mp4", File(file))
    still = default_storage.save(f"portraits/{secrets.token_hex(16)}.jpg", ContentFile(examined.still))
    upload = str(row.upload.name)
    try:
        with transaction.atomic():
            earlier = _show(row, still)
            row.settle(
                PortraitVideo.Status.DONE,
                video=video,
                still=still,
                sha256=digest,
                seconds=examined.seconds,
                progress=100,
                findings=_told(examined.remarks),
                upload="",
            )
            for name in filter(None, (upload, earlier)):
                transaction.on_commit(partial(default_storage.delete, name), robust=True)
    except LeaseLost:
        default_storage.delete(video)
        default_storage.delete(still)
        raise
    logger.info("A portrait video was accepted.", extra={"portrait_video": row.pk})


def _show(row: PortraitVideo, still: str) -> str:
    """Make a frame the portrait; returns the name of the earlier picture if no row is about that."""
    human = DigitalHuman.objects.select_for_update().filter(pk=row.digital_human_id).first()
    if human is None:
        raise LeaseLost("The digital human was deleted.")
    earlier = str(human.portrait.name)
    DigitalHuman.objects.filter(pk=human.pk).update(portrait=still)
    known = (
        human.likenesses.filter(portrait=earlier),
        human.statements.filter(portrait=earlier),
        human.portrait_videos.filter(still=earlier),
        human.renders.filter(recipe__portrait=earlier),
    )
    return "" if any(rows.exists() for rows in known) else earlier


def _refuse(row: PortraitVideo, code: str, examined: ExaminedVideo | None = None) -> None:
    upload = str(row.upload.name)
    findings = _told((*examined.flaws, *examined.remarks)) if examined else []
    try:
        with transaction.atomic():
            row.settle(PortraitVideo.Status.FAILED, code[:40], findings=findings, upload="")
            transaction.on_commit(lambda: default_storage.delete(upload), robust=True)
    except LeaseLost:
        logger.info("This portrait video is no longer ours to check.", extra={"portrait_video": row.pk})
    else:
        logger.warning("A portrait video was refused.", extra={"portrait_video": row.pk, "code": code})


def _again_or_refuse(row: PortraitVideo, code: str) -> None:
    # One that took the whole time limit would take it again.
    if code == "time_limit" or row.attempts >= row.max_attempts:
        _refuse(row, code)
        return
    try:
        row.postpone(timezone.now() + PAUSE * (row.attempts - 1), code[:40])
        row.wake()
    except LeaseLost:
        logger.info("This portrait video is no longer ours to check.", extra={"portrait_video": row.pk})


def _told(findings: tuple[VideoFinding, ...]) -> list[dict[str, object]]:
    return [
        {
            "code": each.code,
            "begin": round(each.begin, 2),
            "end": round(each.end, 2),
            "picture": base64.b64encode(each.picture).decode(),
            "places": [{edge: round(getattr(place, edge), 4) for edge in EDGES} for place in each.places],
        }
        for each in findings
    ]


@contextmanager
def _working_folder(row: PortraitVideo) -> Iterator[Path]:
    root = Path(settings.AVATARS["WORK_DIR"])
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"render-portrait{row.pk}-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
