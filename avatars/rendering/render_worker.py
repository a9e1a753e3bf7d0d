"""The worker of the `render` queue: claim a render, have the studio make it, store the files, settle the row."""

import errno
import logging
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from avatars import consent, metrics
from avatars.exceptions import AvatarError, ConsentError, RenderCancelled
from avatars.models import DigitalHuman, Outcome, PortraitVideo, Render, Rendition, StreamState
from avatars.pipeline import script_to_video
from avatars.rendering import compression, demand, engine_fallback, recipes
from avatars.rendering.live_stream import LiveStream
from avatars.rendering.portrait_videos import video_check
from avatars.rendering.progress import Keep, ProgressReporter
from avatars.signals import render_finished
from avatars.studio.studio import studio
from core.exceptions import TemporaryError
from core.storage import disk
from core.work import crash_points
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

CANDIDATES = 5  # rows that are tried in turn: another worker may have claimed the first ones
WORKING, STORED = "render-", "renders"
# The working files of the longest video and the video itself, with room for the database beside them.
NEEDED_MB = 100
DISK_FULL = "disk_full"
UNLABELLED = "unlabelled"
DISK_PAUSES = (timedelta(minutes=1), timedelta(minutes=5))  # before each retry: people need minutes to free a disk


def render_next(*, now: datetime | None = None) -> None:
    """Make the most urgent render that is due, if there is one.

    The studio of a bulk render gives way to all other processes, and the worker makes urgent renders meanwhile.
    """
    render = _claim(now or timezone.now())
    if render is None:
        return
    crash_points.point("render.claimed")
    _attempt(ProgressReporter(render, urgent_first=_make_urgent))
    if render.is_bulk and not Render.objects.filter(status=Render.Status.QUEUED, priority__lte=Render.BULK).exists():
        studio(bulk=True).close()  # its models hold memory


def _make_urgent(keep: Keep) -> None:
    """Make urgent work while a bulk render waits. `keep` extends the lease of the bulk render."""
    now = timezone.now()
    for pk in Rendition.work_rows().claimable(now).order_by("pk").values_list("pk", flat=True)[:CANDIDATES]:
        compression.compress(pk, keep=keep)
    for pk in PortraitVideo.work_rows().claimable(now).order_by("pk").values_list("pk", flat=True)[:CANDIDATES]:
        video_check.check(pk, keep=keep)
    while (render := _claim(timezone.now(), above=Render.BULK)) is not None:
        _attempt(ProgressReporter(render, keep=keep))


def _attempt(reporter: ProgressReporter) -> None:
    render = reporter.render
    try:
        _make(reporter)
    except RenderCancelled:
        if reporter.is_urgent_now:
            _make_by_the_other_studio(reporter)
        else:
            logger.info("A render was cancelled.", extra={"cid": render.cid, "render": render.pk})
    except (LeaseLost, DigitalHuman.DoesNotExist):
        logger.info("A render was cancelled or taken over.", extra={"cid": render.cid, "render": render.pk})


def _make_by_the_other_studio(reporter: ProgressReporter) -> None:
    """Put a bulk render back that has become urgent: it is the next one."""
    try:
        reporter.render.postpone(
            timezone.now(), "", count_attempt=False, stages=reporter.stage_log.end(Outcome.CANCELLED)
        )
    except LeaseLost:
        return
    reporter.render.refresh_from_db(fields=["priority"])  # by which its task is sorted in the queue
    reporter.render.wake()


def warm() -> None:
    """Have the studio load its models before the first render."""
    human = DigitalHuman.objects.select_related("voice").order_by("pk").first()
    if human is None:
        return
    sample = Render(digital_human=human, text=human.name, mode=human.mode)
    try:
        studio().warm(recipes.video_spec(sample))
    except AvatarError as error:
        logger.warning("The studio could not warm up.", extra={"code": error.code})


def _claim(now: datetime, *, above: int | None = None) -> Render | None:
    """The most urgent render that is due and wanted, if there is one `above` that priority. Cancels unwanted ones."""
    claimable = Render.work_rows().claimable(now)
    if above is not None:
        claimable = claimable.filter(priority__gt=above)
        if not claimable.exists():  # asked all the time
            return None
    due = Render.objects.filter(pk__in=claimable.values("pk"))
    for pk in due.in_turn().values_list("pk", flat=True)[:CANDIDATES]:
        if demand.cancel_unwanted(Render, Render.objects.filter(pk=pk)):
            continue
        render = Render.claim(pk, now=now)
        if render is not None:
            return render
    return None


def _make(reporter: ProgressReporter) -> None:
    render = reporter.render
    stream = LiveStream(render)
    try:
        _record_consents(render)
        with _working_folder(render) as folder:
            started = time.monotonic()
            made = engine_fallback.make_video(
                recipes.video_spec(render),
                folder,
                on_progress=reporter.report,
                on_part=stream.add,
                cancelled=reporter.cancelled,
                bulk=reporter.is_bulk,
            )
            crash_points.point("render.filmed")
            reporter.stage_log.add_timings(made.video.timings)
            reporter.report(Render.Stage.STORING, 0.0)
            _store(reporter, stream, made, started)
    except RenderCancelled:
        raise
    except AvatarError as error:
        _fail(reporter, error)
    except OSError as error:
        logger.warning(
            "A file could not be written.", extra={"cid": render.cid, "error": errno.errorcode.get(error.errno or 0)}
        )
        _fail(reporter, _disk_full() if disk.is_full(error) else _disk_broken())
    finally:
        if render.status != Render.Status.DONE or not render.stream:
            stream.delete()
    crash_points.point("render.settled")


def _record_consents(render: Render) -> None:
    """Store the consents of the render. Raises `ConsentError` where a consent is missing or no longer active."""
    decision = consent.decide_for_render(render)
    if any((row.pk if row else None) != getattr(render, f"{name}_id") for name, row in decision.columns.items()):
        render.update_leased(**decision.columns)


@contextmanager
def _working_folder(render: Render) -> Iterator[Path]:
    """A folder for this attempt. Deletes the folders of earlier attempts whose workers died."""
    root = Path(settings.AVATARS["WORK_DIR"])
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{WORKING}{render.pk}-*"):
        shutil.rmtree(left, ignore_errors=True)
    if shutil.disk_usage(root).free < NEEDED_MB * 1024 * 1024:
        raise _disk_full()
    folder = Path(tempfile.mkdtemp(prefix=f"{WORKING}{render.pk}-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _store(
    reporter: ProgressReporter, stream: LiveStream, made: engine_fallback.FallbackResult, started: float
) -> None:
    """Store the files and settle the row. Without the lease, or on a full disk, no file is kept."""
    video, render = made.video, reporter.render
    script_to_video.verify(video, render.content_id)
    folder = f"{STORED}/{secrets.token_hex(16)}"
    try:
        files = {
            "video": _save(video.video, f"{folder}/video"),
            "captions": _save(video.captions, f"{folder}/captions"),
            "poster": _save(video.poster, f"{folder}/poster"),
        }
        if video.translated_captions is not None:
            files["translated_captions"] = _save(video.translated_captions, f"{folder}/translated_captions")
        shown = stream.verdict(video)
        took = time.monotonic() - started - reporter.lent_seconds
        with transaction.atomic():
            consent.check(render, locked=True)
            render.settle(
                Render.Status.DONE,
                stages=reporter.stage_log.end(),
                hint="",
                progress=100,
                seconds=video.seconds,
                width=video.width,
                height=video.height,
                size=video.size,
                took_seconds=round(took, 2),
                engine_used=made.render_engine,
                speech_engine_used=made.speech_engine,
                notes=[*made.notes, *(["stream_differs"] if shown and shown.state is StreamState.DIFFERS else [])],
                stream=stream.folder if shown and shown.is_shown else "",
                stream_index=shown.entry() if shown else {},
                # For a recording without words, the recognised ones.
                text=render.text or video.words,
                **files,
            )
            render_finished.send(Render, render=render)
    except (OSError, LeaseLost, ConsentError):
        delete_folder(folder)
        raise
    metrics.RENDER_PACE.observe(took / max(video.seconds, 0.1))
    logger.info("A video is ready.", extra={"cid": render.cid, "render": render.pk, "took": round(took, 1)})


def _save(path: Path, name: str) -> str:
    with path.open("rb") as file:
        return default_storage.save(f"{name}{path.suffix}", File(file))


def delete_folder(folder: str) -> None:
    """Delete a folder of the media storage with its files."""
    if default_storage.exists(folder):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
        default_storage.delete(folder)


def _fail(reporter: ProgressReporter, error: AvatarError) -> None:
    """Requeue a temporary error; settle any other, so that the waiting messages become text."""
    render, code = reporter.render, error.code[:40]
    stages = reporter.stage_log.end(Outcome.FAILED, code)
    if isinstance(error, ConsentError):
        metrics.CONSENT_DENIALS.add()
    elif error.code == UNLABELLED:
        metrics.LABEL_FAILURES.add()
    logger.warning("A render failed.", extra={"cid": render.cid, "render": render.pk, "code": error.code})
    if _may_pass(error) and render.attempts < render.max_attempts:
        render.postpone(timezone.now() + _pause(render, code), code, hint=error.remedy, stages=stages)
        render.wake()
        return
    with transaction.atomic():
        hint = str(error)
        render.settle(Render.Status.FAILED, code, hint=hint, stages=stages)
        render_finished.send(Render, render=render)


def _may_pass(error: AvatarError) -> bool:
    # A script that took the whole time limit would take it again.
    return error.code == DISK_FULL or (isinstance(error, TemporaryError) and error.code != "time_limit")


def _pause(render: Render, code: str) -> timedelta:
    """The wait before a retry. The first comes at once, because people wait; room on a disk takes minutes."""
    return DISK_PAUSES[render.attempts - 1] if code == DISK_FULL else timedelta(seconds=2 * (render.attempts - 1))


def _disk_full() -> AvatarError:
    remedy = f"Free at least {NEEDED_MB} MB where OpenUser keeps its files, then make it again."
    return AvatarError("The disk is full.", code=DISK_FULL, remedy=remedy)


def _disk_broken() -> AvatarError:
    remedy = "Check the permissions and the disk of the folders that OpenUser writes to, then make it again."
    return AvatarError("A file could not be written.", code="disk", remedy=remedy)
