"""A video by the requested engines, or by their fallbacks, with notes on differences from the request."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings

from avatars import consent, metrics
from avatars.exceptions import AvatarError, EngineFailed, EngineMissing, OutputError, ScriptError, StudioError
from avatars.pipeline.script_to_video import FinishedVideo, VideoSpec
from avatars.pipeline.stages import Progress, Stage
from avatars.pipeline.stream_parts import Publish
from avatars.rendering import engine_breaker
from avatars.scenes.spec import Deck
from avatars.studio.studio import studio
from core import backends

SPEECH, RENDER = "speech", "render"
BULK_PATIENCE = 4  # times the time limit: bulk renders give way to others and take longer
ORDER = list(Stage)
STAGES = {Stage.SPEAKING: SPEECH, Stage.ANIMATING: RENDER}
# Codes of a studio whose process was killed, or died: the fault lies with the engine of the stage that was running.
KILLED = frozenset({"time_limit", "memory_limit", "studio_died", "studio_broke"})
# Codes of the inspection: wrong frames are the render engine's fault, wrong sound the speech engine's.
BAD_FRAMES = frozenset({"frame_shape", "frame_count", "black", "frozen", "lips_in_silence"})
BAD_SOUND = frozenset({"silent", "clipped", "nothing_to_say"})


@dataclass(frozen=True, kw_only=True)
class FallbackResult:
    """A video, the engines that made it, and notes: `kind:engine:code` for each engine that was replaced, and the
    video's own."""

    video: FinishedVideo
    speech_engine: str
    render_engine: str
    notes: tuple[str, ...]


def make_video(
    spec: VideoSpec,
    folder: Path,
    *,
    on_progress: Progress,
    cancelled: Callable[[], bool],
    on_part: Publish | None = None,
    bulk: bool = False,
) -> FallbackResult:
    """As `Studio.make_video`, within the time limit of the settings in total. Raises the first engine's error.

    A fallback's stream begins anew, with part 0. The time that `cancelled` takes does not count.
    """
    limit = _Limit(settings.AVATARS["TIME_LIMIT"] * (BULK_PATIENCE if bulk else 1), cancelled)
    notes: list[str] = []
    for kind in (SPEECH, RENDER):
        other = _substitute(spec, kind)
        if other is not None and engine_breaker.is_open(kind, _name(spec, kind)):
            notes.append(f"{kind}:{_name(spec, kind)}:resting")
            spec = other
    first: AvatarError | None = None
    while True:
        tracker = _StageTracker(on_progress)
        try:
            done = studio(bulk=bulk).make_video(
                spec,
                folder,
                on_progress=tracker.report,
                on_part=on_part,
                cancelled=limit.ask,
                time_limit=_time_limit(spec, limit.left),
                memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"],
            )
        except AvatarError as error:
            first = first or error
            part = failed_part(error, tracker.stage)
            other = _substitute(spec, part) if part else None
            if part:
                engine_breaker.record_failure(part, _name(spec, part), error.code)
            if other is None or limit.left <= 0:
                raise first from error
            notes.append(f"{part}:{_name(spec, part)}:{error.code}"[:120])
            if part == RENDER:
                metrics.GPU_FALLBACKS.add(error.code)
            spec = other
            continue
        for kind in (SPEECH, RENDER):
            engine_breaker.record_success(kind, _name(spec, kind))
        return FallbackResult(
            video=done,
            speech_engine=spec.speech_engine,
            render_engine=spec.render_engine,
            notes=(*notes, *done.notes),
        )


def failed_part(error: AvatarError, stage: Stage | None) -> str:
    """The kind of engine that caused an error, "" where none did: a bad text, a bad portrait, a full disk."""
    if isinstance(error, EngineMissing | EngineFailed):
        return {"speech_engine": SPEECH, "render_engine": RENDER}.get(error.field, "")
    if isinstance(error, StudioError):
        return STAGES.get(stage, "") if stage is not None and error.code in KILLED else ""
    if isinstance(error, OutputError | ScriptError):
        return RENDER if error.code in BAD_FRAMES else SPEECH if error.code in BAD_SOUND else ""
    return ""


class _Limit:
    """A time limit, without the time in which a more urgent video goes first."""

    def __init__(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        self._deadline, self._cancelled = time.monotonic() + seconds, cancelled

    @property
    def left(self) -> float:
        return self._deadline - time.monotonic()

    def ask(self) -> bool:
        asked = time.monotonic()
        cancelled = self._cancelled()
        self._deadline += time.monotonic() - asked
        return cancelled


class _StageTracker:
    """Passes progress on and keeps the stage of the last report, which differs from the video's stage while animation
    waits for speech."""

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


def _name(spec: VideoSpec, kind: str) -> str:
    return spec.speech_engine if kind == SPEECH else spec.render_engine


def _substitute(spec: VideoSpec, kind: str) -> VideoSpec | None:
    """The spec with the fallback engine, None if there is none or it has failed itself."""
    if kind == SPEECH and settings.SPEECH_FALLBACK not in {"", spec.speech_engine}:
        engine, voice = settings.SPEECH_FALLBACK, settings.SPEECH_FALLBACK_VOICE
        # A cloned voice is no fallback without a consent.
        if not consent.engine_voice_allowed(engine, voice):
            return None
        return replace(spec, speech_engine=engine, voice=voice, deck=_spoken_by(spec.deck, engine, voice))
    if kind == RENDER and settings.RENDER_FALLBACK not in {"", spec.render_engine}:
        return replace(spec, render_engine=settings.RENDER_FALLBACK)
    return None


def _spoken_by(deck: Deck | None, engine: str, voice: str) -> Deck | None:
    """The same deck, whose partner has this voice."""
    if deck is None or deck.partner is None:
        return deck
    return replace(deck, partner=replace(deck.partner, speech_engine=engine, voice=voice))


def _time_limit(spec: VideoSpec, left: float) -> float:
    """The seconds for these engines: half of the time is left for a fallback, if there is one."""
    limits = [left]
    for kind, setting in ((SPEECH, "SPEECH_ENGINES"), (RENDER, "RENDER_ENGINES")):
        if _substitute(spec, kind) is not None:
            limits.append(backends.entry(setting, _name(spec, kind)).get("time_limit", left / 2))
    return min(limits)
