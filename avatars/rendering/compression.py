"""Compress a video to a limit, in two passes. One of our own is labelled and checked again.

The visible mark stays, because it is in the picture; the metadata are rewritten, because they name the content. An
uploaded video keeps the label that it has: we vouch for our own only. It may also lose pixels and frames, of which ours
have no more than they need.
"""

import logging
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from avatars.ai_label import video_label
from avatars.exceptions import AvatarError, OutputError
from avatars.media import ffmpeg, mp4
from avatars.models import Rendition
from avatars.pipeline import montage
from avatars.signals import rendition_finished
from core.storage import disk
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

LEAST_BITS = montage.LEAST_BITS
TRIES = (1.0, 0.9)  # of the limit: two passes rarely exceed it, and never by much
BITS_PER_PIXEL = 0.045  # of a frame: below that, fewer pixels look better than coarse ones
ASK_EVERY = 0.3  # seconds between two looks whether a row still waits for it
FITTED = "renditions"  # the folder of renditions of uploaded videos


def compress(pk: int, *, keep: Callable[[], None] | None = None, now: datetime | None = None) -> None:
    """Make the rendition of this row, if it is due; `keep` extends the lease of a row that waits meanwhile."""
    rendition = Rendition.claim(pk, now=now)
    if rendition is None:
        return
    try:
        _compress(rendition, keep)
    except LeaseLost:
        logger.info("Another worker compresses this video.", extra={"rendition": rendition.pk})
    except AvatarError as error:
        _fail(rendition, error.code)
    except OSError as error:
        _fail(rendition, "disk_full" if disk.is_full(error) else "disk")


def _compress(rendition: Rendition, keep: Callable[[], None] | None) -> None:
    with _working_folder(rendition) as folder, ThreadPoolExecutor(1) as beside:
        # The thread makes no query: it would keep a connection.
        video = Path(default_storage.path(rendition.original))
        content_id = rendition.render.content_id if rendition.render else ""
        watch = ffmpeg.Watch()
        future = beside.submit(watch.call, _shrunk, video, content_id, rendition.limit, folder)
        while True:
            try:
                small = future.result(timeout=ASK_EVERY)
                break
            except NotYet:
                try:
                    rendition.extend_lease()
                except LeaseLost:
                    watch.end()  # the thread is waited for here
                    raise
                if keep is not None:
                    keep()
        _store(rendition, small)


def _shrunk(video: Path, content_id: str, limit: int, folder: Path) -> Path:
    """The video within the limit. Raises `OutputError`: `too_long` if its quality would be too poor, or too large."""
    tracks = mp4.probe(video)
    if tracks.video is None:
        raise OutputError("The video has no picture.", code="video_codec")
    origin = video_label.Origin(provider=settings.AVATARS["AI_LABEL_PROVIDER"], content_id=content_id)
    if not content_id:
        origin = video_label.read(tracks) or origin
    ours = bool(origin.content_id) and origin.provider == settings.AVATARS["AI_LABEL_PROVIDER"]
    for share in TRIES:
        shape = _shape(tracks, limit=int(limit * share))
        if shape.video_bits < LEAST_BITS:
            raise OutputError("It would be too poor to look at.", code="too_long")
        if ours:
            ffmpeg.shrink(video, folder / "raw.mp4", shape)
            video_label.write(folder / "raw.mp4", folder / "video.mp4", origin)
        else:
            ffmpeg.convert(video, folder / "video.mp4", shape, scale=_scale(shape), time_limit=_time_limit())
        if (folder / "video.mp4").stat().st_size <= limit:
            if ours:
                video_label.verify(folder / "video.mp4", origin.content_id)
            return folder / "video.mp4"
    raise OutputError("It did not become small enough.", code="too_large")


def _shape(probed: mp4.Probe, *, limit: int) -> ffmpeg.Shape:
    assert probed.video is not None
    seconds = max(probed.video.seconds, probed.audio.seconds if probed.audio else 0)
    fps = max(1, round(probed.video.fps))
    frames = max(probed.video.samples, round(seconds * fps))
    return ffmpeg.Shape(width=probed.video.width, height=probed.video.height, fps=fps, frames=frames, limit=limit)


def _scale(shape: ffmpeg.Shape) -> float:
    """The factor for each side, at most 1."""
    pixels = shape.width * shape.height * min(shape.fps, ffmpeg.STEADY_FPS)
    return float(min(1.0, (shape.video_bits / BITS_PER_PIXEL / max(pixels, 1)) ** 0.5))


def _time_limit() -> int:
    return int(settings.AVATARS["TIME_LIMIT"])


def _store(rendition: Rendition, video: Path) -> None:
    beside = PurePosixPath(rendition.original).parent if rendition.render else FITTED
    with video.open("rb") as file:
        name = default_storage.save(f"{beside}/{secrets.token_hex(16)}.mp4", File(file))
    try:
        with transaction.atomic():
            rendition.settle(Rendition.Status.DONE, video=name, size=video.stat().st_size)
            rendition_finished.send(Rendition, rendition=rendition)
    except LeaseLost:
        default_storage.delete(name)
        raise
    logger.info("A video was fitted.", extra={"rendition": rendition.pk, "size": rendition.size})


def _fail(rendition: Rendition, code: str) -> None:
    logger.warning("A video could not be fitted.", extra={"rendition": rendition.pk, "code": code})
    try:
        with transaction.atomic():
            rendition.settle(Rendition.Status.FAILED, code[:40])
            rendition_finished.send(Rendition, rendition=rendition)
    except LeaseLost:
        logger.info("Another worker compresses this video.", extra={"rendition": rendition.pk})


@contextmanager
def _working_folder(rendition: Rendition) -> Iterator[Path]:
    root = Path(settings.AVATARS["WORK_DIR"])
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"render-fit{rendition.pk}-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
