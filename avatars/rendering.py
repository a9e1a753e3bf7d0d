"""Making a video: claim the row, have the studio film it, store the files, settle the row."""

import logging
import secrets
import shutil
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from avatars.exceptions import AvatarError, RenderCancelled
from avatars.models import DigitalHuman, Render
from avatars.pipeline import Film, Script
from avatars.signals import render_finished
from avatars.studio import studio
from openuser.lib import crash
from openuser.lib.exceptions import TemporaryError
from openuser.lib.work import LeaseLost

logger = logging.getLogger(__name__)

# Where each stage begins and how much of the whole it is, in per cent, from figures of the benchmark.
STAGES = {
    Render.Stage.SPEAKING: (0, 55),
    Render.Stage.FILMING: (55, 28),
    Render.Stage.FINISHING: (83, 5),
    Render.Stage.CHECKING: (88, 12),
}
REPORT_EVERY = 0.7
CANDIDATES = 5


def render_next(*, now: datetime | None = None) -> None:
    """Make the most urgent render that is due; nobody home means nothing to do."""
    render = _claim(now or timezone.now())
    if render is None:
        return
    crash.point("render.claimed")
    work_dir = Path(settings.AVATARS["WORK_DIR"])
    work_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"render-{render.pk}-", dir=work_dir))
    try:
        _make(render, folder)
    except (LeaseLost, RenderCancelled):
        logger.info("A render was cancelled or taken over.", extra={"cid": render.cid, "render": render.pk})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def warm() -> None:
    """Have the studio load its models before anybody waits for them."""
    human = DigitalHuman.objects.select_related("voice").order_by("pk").first()
    if human is None:
        return
    sample = Render(digital_human=human, text=human.name, mode=human.mode)
    try:
        studio().warm(_script(sample))
    except AvatarError as error:
        logger.warning("The studio could not warm up.", extra={"code": error.code})


def _claim(now: datetime) -> Render | None:
    due = Render.objects.filter(pk__in=Render._work().claimable(now).values("pk"))
    for pk in due.order_by("-priority", "pk").values_list("pk", flat=True)[:CANDIDATES]:
        render = Render.claim(pk, now=now)
        if render is not None:
            return render
    return None


def _make(render: Render, folder: Path) -> None:
    started = time.monotonic()
    reporter = Reporter(render)
    try:
        film = studio().film(
            _script(render),
            folder,
            on_progress=reporter.report,
            cancelled=reporter.cancelled,
            time_limit=settings.AVATARS["TIME_LIMIT"],
            memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"],
        )
        crash.point("render.filmed")
        _store(render, film, time.monotonic() - started)
    except RenderCancelled:
        raise
    except AvatarError as error:
        _fail(render, error)
    except OSError:
        _fail(render, AvatarError("The disk is full or a file is missing.", code="disk"))
    crash.point("render.settled")


def _script(render: Render) -> Script:
    human = render.digital_human
    return Script(
        text=render.text,
        portrait=Path(default_storage.path(str(human.portrait.name))),
        speech_engine=human.voice.engine,
        voice=human.voice.key,
        speed=human.speed,
        render_engine=human.engine,
        mode=render.mode,
        content_id=render.content_id,
        provider=settings.AVATARS["PROVIDER_CODE"],
    )


class Reporter:
    """Writes progress and keeps the lease; asks now and then whether anybody still wants the video."""

    def __init__(self, render: Render) -> None:
        self.render = render
        self.reported_at = 0.0
        self.asked_at = 0.0
        self.unwanted = False

    def report(self, stage: str, fraction: float) -> None:
        """`stage` is one of `Render.Stage`, `fraction` is 0..1 of it."""
        changed = stage != self.render.stage
        if not changed and time.monotonic() - self.reported_at < REPORT_EVERY:
            return
        self.reported_at = time.monotonic()
        begin, span = STAGES[Render.Stage(stage)]
        try:
            self.render.record(stage=stage, progress=int(begin + span * fraction))
            self.render.extend()
        except LeaseLost:
            self.unwanted = True

    def cancelled(self) -> bool:
        """True once the row was cancelled or taken over; looks at most twice a second."""
        if not self.unwanted and time.monotonic() - self.asked_at > 0.5:
            self.asked_at = time.monotonic()
            self.unwanted = not self.render.is_ours()
        return self.unwanted


def _store(render: Render, film: Film, took: float) -> None:
    folder = f"renders/{secrets.token_hex(16)}"
    stored = {}
    for field, path in (("video", film.video), ("captions", film.captions), ("poster", film.poster)):
        with path.open("rb") as file:
            stored[field] = default_storage.save(f"{folder}/{field}{path.suffix}", File(file))
    with transaction.atomic():
        render.settle(
            Render.Status.DONE,
            progress=100,
            seconds=film.seconds,
            width=film.width,
            height=film.height,
            size=film.size,
            took_seconds=round(took, 2),
            **stored,
        )
        render_finished.send(Render, render=render)
    logger.info("A video is ready.", extra={"cid": render.cid, "render": render.pk, "took": round(took, 1)})


def _fail(render: Render, error: AvatarError) -> None:
    """Back to the queue where time may help, else the end; whoever waits gets the text instead."""
    logger.warning("A render failed.", extra={"cid": render.cid, "render": render.pk, "code": error.code})
    if isinstance(error, TemporaryError) and render.attempts < render.max_attempts:
        render.postpone(timezone.now() + timedelta(seconds=2 * render.attempts), error.code[:40], hint=error.remedy)
        render.wake()
        return
    with transaction.atomic():
        render.settle(Render.Status.FAILED, error.code[:40], hint=f"{error.message} {error.remedy}".strip())
        render_finished.send(Render, render=render)
