"""A film by the engines that were asked for, else by those that stand in for them, and what was not as asked."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings

from avatars import consent
from avatars.exceptions import AvatarError, EngineFailed, EngineMissing, OutputError, ScriptError, StudioError
from avatars.pipeline.script_to_video import Film, Script
from avatars.pipeline.stages import Progress, Stage
from avatars.rendering import circuit_breaker
from avatars.studio.studio import studio
from core import backends

SPEECH, RENDER = "speech", "render"
ORDER = list(Stage)
STAGES = {Stage.SPEAKING: SPEECH, Stage.FILMING: RENDER}
# What the studio says of a process that had to be killed, or that died: the engine that was at work is to blame.
VIOLENT = frozenset({"time_limit", "memory_limit", "studio_died", "studio_broke"})
# Frames that are too few or of another size, and what the last look at the film says of frames and of sound.
BAD_FRAMES = frozenset({"frame_shape", "frame_count", "black", "frozen", "lips_in_silence"})
BAD_SOUND = frozenset({"silent", "clipped", "nothing_to_say"})


@dataclass(frozen=True, kw_only=True)
class Made:
    """A film, who made it, and for each engine that another stands in for a note `kind:engine:code`, and those of
    the film."""

    film: Film
    speech_engine: str
    render_engine: str
    notes: tuple[str, ...]


def film(script: Script, folder: Path, *, on_progress: Progress, cancelled: Callable[[], bool]) -> Made:
    """As `Studio.film`, within the time limit of the settings altogether. Raises as that does, for the first fault."""
    deadline = time.monotonic() + settings.AVATARS["TIME_LIMIT"]
    notes: list[str] = []
    for kind in (SPEECH, RENDER):
        other = _substitute(script, kind)
        if other is not None and circuit_breaker.rests(kind, _name(script, kind)):
            notes.append(f"{kind}:{_name(script, kind)}:resting")
            script = other
    first: AvatarError | None = None
    while True:
        at_work = _AtWork(on_progress)
        try:
            done = studio().film(
                script,
                folder,
                on_progress=at_work.report,
                cancelled=cancelled,
                time_limit=_patience(script, deadline - time.monotonic()),
                memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"],
            )
        except AvatarError as error:
            first = first or error
            blamed = blame(error, at_work.stage)
            other = _substitute(script, blamed) if blamed else None
            if blamed:
                circuit_breaker.failed(blamed, _name(script, blamed), error.code)
            if other is None or deadline <= time.monotonic():
                raise first from error
            notes.append(f"{blamed}:{_name(script, blamed)}:{error.code}"[:120])
            script = other
            continue
        for kind in (SPEECH, RENDER):
            circuit_breaker.worked(kind, _name(script, kind))
        return Made(
            film=done,
            speech_engine=script.speech_engine,
            render_engine=script.render_engine,
            notes=(*notes, *done.notes),
        )


def blame(error: AvatarError, stage: Stage | None) -> str:
    """The kind of engine whose fault it is, "" where it is nobody's: a bad text, a bad portrait, a full disk."""
    if isinstance(error, EngineMissing | EngineFailed):
        return {"speech_engine": SPEECH, "render_engine": RENDER}.get(error.field, "")
    if isinstance(error, StudioError):
        return STAGES.get(stage, "") if stage is not None and error.code in VIOLENT else ""
    if isinstance(error, OutputError | ScriptError):
        return RENDER if error.code in BAD_FRAMES else SPEECH if error.code in BAD_SOUND else ""
    return ""


class _AtWork:
    """Passes progress on, and knows which stage it came from last: that of a film that waits for more to be said is
    another than the one that it is in."""

    def __init__(self, report: Progress) -> None:
        self._report = report
        self._reached = 0
        self.stage: Stage | None = None

    def report(self, stage: Stage, share: float) -> None:
        self.stage = stage
        place = ORDER.index(stage)
        if place >= self._reached:
            self._reached = place
            self._report(stage, share)


def _name(script: Script, kind: str) -> str:
    return script.speech_engine if kind == SPEECH else script.render_engine


def _substitute(script: Script, kind: str) -> Script | None:
    """The script for the engine that stands in, None where that is who failed or nobody does."""
    if kind == SPEECH and settings.SPEECH_FALLBACK not in {"", script.speech_engine}:
        engine, voice = settings.SPEECH_FALLBACK, settings.SPEECH_FALLBACK_VOICE
        # Nobody stands in with the voice of somebody who has not agreed.
        return (
            replace(script, speech_engine=engine, voice=voice) if consent.engine_voice_allowed(engine, voice) else None
        )
    if kind == RENDER and settings.RENDER_FALLBACK not in {"", script.render_engine}:
        return replace(script, render_engine=settings.RENDER_FALLBACK)
    return None


def _patience(script: Script, left: float) -> float:
    """How long these engines may take: where somebody can stand in, they leave the half to that."""
    limits = [left]
    for kind, setting in ((SPEECH, "SPEECH_ENGINES"), (RENDER, "RENDER_ENGINES")):
        if _substitute(script, kind) is not None:
            limits.append(backends.entry(setting, _name(script, kind)).get("time_limit", left / 2))
    return min(limits)
