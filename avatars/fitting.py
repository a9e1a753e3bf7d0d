"""A finished video made small enough for a limit: encoded again in two passes, and labelled and checked like the first.

The visible mark stays, because it is in the picture; the metadata must be written anew, because they name the content.
"""

import logging
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from avatars import ffmpeg, label, mp4
from avatars.exceptions import AvatarError, OutputError
from avatars.models import Render, Rendition
from avatars.signals import rendition_finished
from openuser.lib.work import LeaseLost

logger = logging.getLogger(__name__)

LEAST_BITS = 120_000  # a second, of the picture: below that, nobody would want to look at it
TRIES = (1.0, 0.9)  # of the limit: two passes rarely miss it, and never by much


def fit(pk: int, *, now: datetime | None = None) -> None:
    """Make the rendition of this row; nobody home means nothing to do."""
    rendition = Rendition.claim(pk, now=now)
    if rendition is None:
        return
    try:
        _fit(rendition)
    except LeaseLost:
        logger.info("Somebody else fits this video.", extra={"rendition": rendition.pk})
    except AvatarError as error:
        _fail(rendition, error.code)
    except OSError:
        _fail(rendition, "disk")


def _fit(rendition: Rendition) -> None:
    with _working_folder(rendition) as folder, ThreadPoolExecutor(1) as beside:
        # The thread asks no database: it would keep a connection.
        future = beside.submit(_small, rendition.render, rendition.limit, folder)
        while True:
            try:
                small = future.result(timeout=rendition.lease.total_seconds() * settings.WORK_LEASE_SCALE / 4)
                break
            except NotYet:
                rendition.extend()
        _store(rendition, small)


def _small(render: Render, limit: int, folder: Path) -> Path:
    """The film within its limit. Raises `OutputError`: `too_long` where it would be too poor, `too_large`."""
    film = Path(default_storage.path(str(render.video.name)))
    found = mp4.probe(film)
    if found.video is None:
        raise OutputError("The video has no picture.", code="video_codec")
    origin = label.Origin(provider=settings.AVATARS["PROVIDER_CODE"], content_id=render.content_id)
    for share in TRIES:
        shape = ffmpeg.Shape(
            width=found.video.width,
            height=found.video.height,
            fps=round(found.video.fps),
            frames=found.video.samples,
            limit=int(limit * share),
        )
        if shape.video_bits < LEAST_BITS:
            raise OutputError("It would be too poor to look at.", code="too_long")
        ffmpeg.shrink(film, folder / "raw.mp4", shape)
        label.write(folder / "raw.mp4", folder / "film.mp4", origin)
        if (folder / "film.mp4").stat().st_size <= limit:
            label.verify(folder / "film.mp4", render.content_id)
            return folder / "film.mp4"
    raise OutputError("It did not become small enough.", code="too_large")


def _store(rendition: Rendition, film: Path) -> None:
    beside = PurePosixPath(str(rendition.render.video.name)).parent
    with film.open("rb") as file:
        name = default_storage.save(f"{beside}/{secrets.token_hex(16)}.mp4", File(file))
    try:
        with transaction.atomic():
            rendition.settle(Rendition.Status.DONE, video=name, size=film.stat().st_size)
            rendition_finished.send(Rendition, rendition=rendition)
    except LeaseLost:
        default_storage.delete(name)
        raise
    logger.info("A video was fitted.", extra={"render": rendition.render_id, "size": rendition.size})


def _fail(rendition: Rendition, code: str) -> None:
    logger.warning("A video could not be fitted.", extra={"render": rendition.render_id, "code": code})
    try:
        with transaction.atomic():
            rendition.settle(Rendition.Status.FAILED, code[:40])
            rendition_finished.send(Rendition, rendition=rendition)
    except LeaseLost:
        logger.info("Somebody else fits this video.", extra={"rendition": rendition.pk})


@contextmanager
def _working_folder(rendition: Rendition) -> Iterator[Path]:
    root = Path(settings.AVATARS["WORK_DIR"])
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"render-fit{rendition.pk}-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
