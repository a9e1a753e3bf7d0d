"""The front door of the digital humans: ask for a video, cancel it, try it again."""

import hashlib
import io
import json
import math
import re
import shutil
import wave
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from avatars import doctor, estimates, ffmpeg, telephone
from avatars.exceptions import EngineMissing, InUse, ScriptError
from avatars.models import DigitalHuman, Render, RenderMode, Rendition
from avatars.recognition.base import Transcript
from avatars.rendering import STORED, WORKING, discard
from avatars.signals import render_finished
from avatars.studio import studio
from openuser.lib import backends
from openuser.lib.diagnosis import Check

# Part of the content hash: raise it when the same script would come out differently.
PIPELINE_VERSION = 1
CHAT, TEST, CAMPAIGN = 20, 10, 0
WAV_RATE = 16_000
KEEP_UNKNOWN = timedelta(days=1)


def checks() -> list[Check]:
    """What the doctor looks at to see whether videos can be made."""
    return [kind() for kind in doctor.CHECKS]


def check_script(text: str) -> str:
    """The script without blanks around it. Raises `ScriptError` for one that cannot become a video."""
    text = text.strip()
    if not _can_be_stored(text):
        raise ScriptError(
            "The text has characters that do not exist.", code="unreadable", field="text", remedy="Write it anew."
        )
    most = settings.AVATARS["MAX_CHARACTERS"]
    if not text:
        raise ScriptError("There is nothing to say.", code="empty", field="text", remedy="Write what to say.")
    if len(text) > most:
        raise ScriptError(
            f"The script has {len(text)} characters; a video may have {most}.",
            code="too_long",
            field="text",
            remedy="Make it shorter or send it in parts.",
        )
    return text


@transaction.atomic
def request_render(
    digital_human: DigitalHuman, text: str, *, mode: str = "", priority: int = CHAT, cid: str = ""
) -> Render:
    """A Render of this script: one already made or on its way where there is one, else a new one in the queue.

    Raises `ScriptError` for a script that cannot become a video.
    """
    text, mode = check_script(text), mode or digital_human.mode
    if mode not in RenderMode.values:
        known = ", ".join(RenderMode.values)
        raise ScriptError("There is no such mode.", code="mode_unknown", field="mode", remedy=f"We have {known}.")
    content_hash = _content_hash(digital_human, text, mode)
    # Locked until the wish is written: whoever cancels at this moment sees that somebody else waits for it now.
    shared = Render.objects.filter(content_hash=content_hash, status__in=Render.SHARED).select_for_update()
    render = shared.first()
    if render is not None and _has_vanished(render):
        Render.objects.filter(pk=render.pk).update(status=Render.Status.FAILED, reason="file_missing")
        render = None
    if render is None:
        render = Render(digital_human=digital_human, text=text, mode=mode, content_hash=content_hash)
        render.priority, render.cid = priority, cid
        render.estimated_seconds = estimates.render_seconds(text, mode)
        try:
            with transaction.atomic():
                render.save()
        except IntegrityError:
            # Somebody asked for the same at this moment.
            render = shared.first()
            if render is None:
                raise
        else:
            render.wake()
    if render.priority < priority and not render.is_finished:
        Render.objects.filter(pk=render.pk, priority__lt=priority).update(priority=priority)
        render.priority = priority
    return render


def _has_vanished(render: Render) -> bool:
    """Made, but its file was removed from the storage since."""
    return bool(render.video) and not default_storage.exists(str(render.video))


@transaction.atomic
def cancel_render(render: Render) -> bool:
    """Stop a render, whoever waits for it; False where it had ended. Its worker is free again within two seconds."""
    cancelled = render.cancel()
    if cancelled:
        render_finished.send(Render, render=render)
    return cancelled


@transaction.atomic
def retry_render(render: Render) -> bool:
    """Make a failed or cancelled render once more; False where it is not ended or somebody made it meanwhile."""
    if render.status not in (Render.Status.FAILED, Render.Status.CANCELLED):
        return False
    if Render.objects.filter(content_hash=render.content_hash, status__in=Render.SHARED).exists():
        return False
    try:
        with transaction.atomic():
            return render.restart(stage=Render.Stage.WAITING, progress=0, hint="")
    except IntegrityError:
        return False


@transaction.atomic
def remove_digital_human(human: DigitalHuman) -> None:
    """Delete a digital human that nothing uses, with its portrait. Raises `InUse` for one that something uses."""
    used = InUse(
        "This digital human is used.",
        code="in_use",
        remedy="Give its desks and schedules another one; its videos stay.",
    )
    # Locked, so that nobody asks it for a video at this moment.
    locked = DigitalHuman.objects.select_for_update().get(pk=human.pk)
    if locked.renders.exists():
        raise used
    portrait = locked.portrait.name
    try:
        locked.delete()
    except ProtectedError as error:
        raise used from error
    transaction.on_commit(lambda: default_storage.delete(str(portrait)))


def seconds_left(render: Render) -> float:
    """An honest estimate of when it is ready, in seconds from now."""
    return estimates.wait_seconds(render)


def tidy(*, now: datetime | None = None) -> None:
    """Remove what dead workers left behind: their working folders, and stored files that no row knows."""
    now = now or timezone.now()
    abandoned_at = now.timestamp() - 2 * settings.AVATARS["TIME_LIMIT"]
    for folder in Path(settings.AVATARS["WORK_DIR"]).glob(f"{WORKING}*"):
        if _modified_at(folder) < abandoned_at:
            shutil.rmtree(folder, ignore_errors=True)
    for name in _unknown_folders(now - KEEP_UNKNOWN):
        discard(f"{STORED}/{name}")


def transcribe(recording: Path, *, language: str = "", hints: Sequence[str] = ()) -> Transcript:
    """The words of a recording, "" where there are none, by the first of RECOGNITION_ENGINES, in a process of its own.

    `language` is what is probably spoken ("zh", "en"), `hints` are words that are likely here. Raises `EngineMissing`
    where no engine is installed, `OutputError` for what is no recording, `StudioError` where trying again may help.
    """
    engines = backends.names("RECOGNITION_ENGINES")
    if not engines:
        raise EngineMissing("No recognition engine is configured.", code="recognition_missing")
    return studio().listen(
        recording,
        engine=engines[0],
        language=language,
        hints=hints,
        time_limit=settings.AVATARS["LISTEN_SECONDS"],
        memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"],
    )


@transaction.atomic
def rendition(render: Render, *, limit: int) -> Rendition:
    """A finished video in at most `limit` bytes: its row, queued where it is new. `rendition_finished` announces it."""
    row, created = Rendition.objects.get_or_create(render=render, limit=limit, defaults={"cid": render.cid})
    if created:
        row.wake()
    return row


def as_voice(recording: Path, folder: Path) -> list[Path]:
    """A recording of any format as AMR files of less than a minute in `folder`, split where somebody pauses.

    Raises `OutputError` for what is no recording, `EngineMissing` ("amr_missing") where AMR cannot be written.
    """
    return telephone.parts(recording, folder)


def as_wav(path: Path) -> bytes:
    """A recording of any format as WAV, which every browser plays. Raises `OutputError` for what is none."""
    samples = ffmpeg.samples(path, WAV_RATE)
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(WAV_RATE)
        file.writeframes((samples.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
    return sound.getvalue()


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


def _can_be_stored(text: str) -> bool:
    """False for halves of surrogate pairs and for NUL, which PostgreSQL refuses."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _content_hash(digital_human: DigitalHuman, text: str, mode: str) -> str:
    voice = digital_human.voice
    parts = [text, mode, digital_human.portrait.name, digital_human.engine, digital_human.speed]
    parts += [voice.engine, voice.key, settings.AVATARS["PROVIDER_CODE"], PIPELINE_VERSION]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def check_portrait(data: bytes) -> tuple[str, ...]:
    """What to tell whoever brought this picture. The studio looks at it, in a process of its own.

    Raises `PortraitError` for one that cannot be animated.
    """
    try:
        return studio().check_portrait(data)
    finally:
        # A web process asks rarely: the child would only hold memory.
        studio().close()
