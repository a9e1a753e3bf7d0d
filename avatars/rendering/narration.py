"""Narrations, speech without a picture: claim the row, have a studio speak, store the recordings, settle the row.

They replace videos that are late or failed, so they do not queue behind videos: workers of the default queue make each
in a child process of its own.
"""

import logging
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from avatars import consent as consents
from avatars.exceptions import AvatarError, ConsentError, RenderCancelled
from avatars.media import amr
from avatars.models import DigitalHuman, Narration
from avatars.pipeline.script_to_video import VideoSpec
from avatars.rendering import engine_breaker, recipes
from avatars.signals import narration_finished
from avatars.studio.studio import Studio
from core.exceptions import TemporaryError
from core.storage import disk
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

SPOKEN = "narrations"  # the folder of the storage
WORKING = "narration-"
ASK_EVERY = 0.5  # seconds between two looks whether the narration is still wanted
SPEECH, DISK_FULL = "speech", "disk_full"


def narrate(pk: int, *, now: datetime | None = None) -> None:
    """Speak the narration of this row, if it is due."""
    narration = Narration.claim(pk, now=now)
    if narration is None:
        return
    try:
        _record_consent(narration)
        with _working_folder(narration) as folder:
            sound, engine = _speak(narration, folder)
            _store(narration, amr.parts(sound, folder), amr.seconds(sound), engine)
    except (LeaseLost, RenderCancelled, DigitalHuman.DoesNotExist):
        logger.info("A narration was cancelled or taken over.", extra={"cid": narration.cid})
    except AvatarError as error:
        _fail(narration, error.code, may_pass=isinstance(error, TemporaryError) and error.code != "time_limit")
    except OSError as error:
        full = disk.is_full(error)
        _fail(narration, DISK_FULL if full else "disk", may_pass=full)


def _record_consent(narration: Narration) -> None:
    """Store the consent that permits it. Raises `ConsentError` where it is missing or no longer active."""
    consent = consents.covering_narration_consent(narration)
    if consent != narration.voice_consent:
        narration.update_leased(voice_consent=consent)


def _speak(narration: Narration, folder: Path) -> tuple[Path, str]:
    """The recording, and the engine that made it: the requested one, else its fallback."""
    specs = _specs(recipes.narration_spec(narration))
    place = Studio()
    try:
        while True:
            spec = specs.pop(0)
            try:
                sound = place.narrate(
                    spec, folder, cancelled=_cancellation(narration), time_limit=settings.AVATARS["NARRATION_TIMEOUT"]
                )
            except RenderCancelled:
                raise
            except AvatarError as error:
                if not specs:
                    raise
                engine_breaker.record_failure(SPEECH, spec.speech_engine, error.code)
                continue
            engine_breaker.record_success(SPEECH, spec.speech_engine)
            return sound, spec.speech_engine
    finally:
        place.close()


def _specs(spec: VideoSpec) -> list[VideoSpec]:
    """The specs to try: the requested engine, unless it rests, and its fallback."""
    other, voice = settings.SPEECH_FALLBACK, settings.SPEECH_FALLBACK_VOICE
    if other in {"", spec.speech_engine} or not consents.engine_voice_allowed(other, voice):
        return [spec]
    second = replace(spec, speech_engine=other, voice=voice)
    return [second] if engine_breaker.is_open(SPEECH, spec.speech_engine) else [spec, second]


def _cancellation(narration: Narration) -> Callable[[], bool]:
    """A function that tells whether it was cancelled; queries at most twice a second, and extends the lease."""
    asked = 0.0

    def unwanted() -> bool:
        nonlocal asked
        if time.monotonic() - asked < ASK_EVERY:
            return False
        asked = time.monotonic()
        try:
            narration.extend_lease()
        except LeaseLost:
            return True
        return False

    return unwanted


def _store(narration: Narration, parts: list[Path], seconds: float, engine: str) -> None:
    folder = f"{SPOKEN}/{secrets.token_hex(16)}"
    kept: list[str] = []
    try:
        for part in parts:
            with part.open("rb") as file:
                kept.append(default_storage.save(f"{folder}/{part.name}", File(file)))
        with transaction.atomic():
            consents.check(narration, locked=True)
            narration.settle(Narration.Status.DONE, parts=kept, seconds=round(seconds, 2), speech_engine_used=engine)
            narration_finished.send(Narration, narration=narration)
    except (OSError, LeaseLost, ConsentError):
        for name in kept:
            default_storage.delete(name)
        raise
    logger.info("Words were spoken.", extra={"cid": narration.cid, "narration": narration.pk})


def _fail(narration: Narration, code: str, *, may_pass: bool) -> None:
    logger.warning("A narration failed.", extra={"cid": narration.cid, "narration": narration.pk, "code": code})
    try:
        if may_pass and narration.attempts < narration.max_attempts:
            pause = timedelta(minutes=1) if code == DISK_FULL else timedelta(seconds=1)
            narration.postpone(timezone.now() + pause, code[:40])
            narration.wake()
            return
        with transaction.atomic():
            narration.settle(Narration.Status.FAILED, code[:40])
            narration_finished.send(Narration, narration=narration)
    except LeaseLost:
        logger.info("A narration was cancelled or taken over.", extra={"cid": narration.cid})


@contextmanager
def _working_folder(narration: Narration) -> Iterator[Path]:
    root = Path(settings.AVATARS["WORK_DIR"])
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{WORKING}{narration.pk}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{WORKING}{narration.pk}-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
