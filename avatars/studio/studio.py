"""Heavy work in one warm child process per worker, which keeps its models loaded and can be killed at any moment."""

import atexit
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from avatars import metrics
from avatars.conformance.base import CheckRequest, Outcome
from avatars.exceptions import StudioError
from avatars.inspection.measures import Measures
from avatars.pipeline import script_to_video
from avatars.pipeline.script_to_video import FinishedVideo, VideoSpec
from avatars.pipeline.speech_source import NARRATION
from avatars.pipeline.stages import Progress
from avatars.pipeline.stream_parts import Publish
from avatars.portraits.findings import Examined
from avatars.portraits.video_file import USUAL, Limits
from avatars.portraits.video_findings import ExaminedVideo
from avatars.previews.scene_preview import ScenePreview
from avatars.previews.voice_preview import VoicePreview
from avatars.recognition.base import Transcript
from avatars.speech.text.lint import Lint, Reading
from avatars.studio.order_limits import MEMORY_MB, SMALL_WORK_SECONDS, Supervisor
from avatars.studio.process import Child
from avatars.studio.protocol import Answer, Kind, Order
from core.exceptions import TemporaryError
from core.work import process_identity


class Studio:
    """Gives orders to the child, one at a time; the first order starts it, with `variables` in its environment.

    The child of one for `bulk` gives way to everything else on these processors.
    """

    def __init__(self, variables: Mapping[str, str] | None = None, *, bulk: bool = False) -> None:
        self._variables = variables
        self._bulk = bulk
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._number = 0
        self._spent = 0.0

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all children so far; for differences."""
        child = self._child
        return self._spent + (child.cpu_seconds if child is not None else 0.0)

    @property
    def pid(self) -> int | None:
        """The child's process, None before the first order and after `close`."""
        return self._child.pid if self._child is not None and self._child.alive else None

    def make_video(
        self,
        spec: VideoSpec,
        folder: Path,
        *,
        on_progress: Progress | None = None,
        on_part: Publish | None = None,
        cancelled: Callable[[], bool] | None = None,
        time_limit: float = 900,
        memory_limit_mb: int = MEMORY_MB,
    ) -> FinishedVideo:
        """Make a video in `folder`. The child is killed on `cancelled`, at the time limit and at the memory limit.

        `on_part` is given the parts of its stream, whose files are gone when it returns.

        Raises the errors of `script_to_video.make`, `RenderCancelled` within a second of `cancelled`, and `StudioError`
        (codes `time_limit`, `memory_limit`, `studio_died`, `studio_broke`), after which another attempt may succeed.
        """
        order = Order(number=0, kind=Kind.VIDEO, spec=spec, folder=folder.absolute())
        supervisor = Supervisor(on_progress, cancelled, time_limit, memory_limit_mb, on_part)
        try:
            answer = self._order(order, supervisor)
        except BaseException:
            script_to_video.discard(spec, folder)
            raise
        finally:
            script_to_video.discard_parts(spec, folder)
        if answer.video is None:
            raise StudioError("The studio answered without a video.", code="studio_broke")
        return answer.video

    def narrate(
        self,
        spec: VideoSpec,
        folder: Path,
        *,
        cancelled: Callable[[], bool] | None = None,
        time_limit: float = SMALL_WORK_SECONDS,
        memory_limit_mb: int = MEMORY_MB,
    ) -> Path:
        """Speak into a WAV file in `folder`. Raises as `make_video` does."""
        order = Order(number=0, kind=Kind.NARRATE, spec=spec, folder=folder.absolute())
        self._order(order, Supervisor(None, cancelled, time_limit, memory_limit_mb))
        return folder / NARRATION

    def warm(self, spec: VideoSpec, *, time_limit: float = SMALL_WORK_SECONDS) -> None:
        """Load the engines that a spec needs. Raises `EngineMissing`."""
        self._order(Order(number=0, kind=Kind.WARM, spec=spec), Supervisor(time_limit=time_limit))

    def check_portrait(
        self, data: bytes, *, face: int | None = None, time_limit: float = SMALL_WORK_SECONDS
    ) -> tuple[Examined, bytes]:
        """The findings for a picture file, and its part to keep, as JPEG; b"" to keep the whole.

        See `portraits.portrait_validation.examine`. Raises `PortraitError` if it is not a picture.
        """
        order = Order(number=0, kind=Kind.CHECK_PORTRAIT, data=data, face=face)
        answer = self._order(order, Supervisor(time_limit=time_limit))
        if answer.examined is None:
            raise StudioError("The studio answered without findings.", code="studio_broke")
        return answer.examined, answer.data

    def check_video(
        self,
        source: Path,
        target: Path,
        *,
        limits: Limits = USUAL,
        on_progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
        time_limit: float = 900,
        memory_limit_mb: int = MEMORY_MB,
    ) -> ExaminedVideo:
        """The findings for a portrait video; the video to keep is written to `target`, and its track is cached.

        See `portraits.video_validation.examine`. Raises `PortraitError` if it is no such video, and as `make_video`.
        """
        order = Order(
            number=0, kind=Kind.CHECK_VIDEO, source=source.absolute(), target=target.absolute(), limits=limits
        )
        answer = self._order(order, Supervisor(on_progress, cancelled, time_limit, memory_limit_mb))
        if answer.examined_video is None:
            raise StudioError("The studio answered without findings.", code="studio_broke")
        return answer.examined_video

    def draw(self, character: str, *, time_limit: float = SMALL_WORK_SECONDS) -> bytes:
        """The PNG of a sample portrait. Raises `PortraitError` for an unknown name."""
        return self._order(Order(number=0, kind=Kind.DRAW, name=character), Supervisor(time_limit=time_limit)).data

    def transcribe(
        self,
        recording: Path,
        *,
        engine: str,
        language: str = "",
        hints: Sequence[str] = (),
        time_limit: float = SMALL_WORK_SECONDS,
        memory_limit_mb: int = MEMORY_MB,
    ) -> Transcript:
        """The words of a recording in any format. Raises `EngineMissing`, `OutputError` if it is no recording."""
        order = Order(
            number=0,
            kind=Kind.TRANSCRIBE,
            name=engine,
            recording=recording.absolute(),
            language=language,
            hints=tuple(hints),
        )
        answer = self._order(order, Supervisor(time_limit=time_limit, memory_limit_mb=memory_limit_mb))
        if answer.transcript is None:
            raise StudioError("The studio answered without words.", code="studio_broke")
        return answer.transcript

    def preview_voice(
        self, wish: VoicePreview, *, time_limit: float = SMALL_WORK_SECONDS, memory_limit_mb: int = MEMORY_MB
    ) -> bytes:
        """Two seconds of a voice, as M4A. Raises `EngineMissing`, `ScriptError`, `AvatarError` for an unknown voice."""
        order = Order(number=0, kind=Kind.VOICE_PREVIEW, voice_preview=wish)
        return self._order(order, Supervisor(time_limit=time_limit, memory_limit_mb=memory_limit_mb)).data

    def preview_scene(
        self, wish: ScenePreview, *, time_limit: float = SMALL_WORK_SECONDS, memory_limit_mb: int = MEMORY_MB
    ) -> bytes:
        """A picture of a scene, as JPEG. Raises `PortraitError`, `MediaError`."""
        order = Order(number=0, kind=Kind.SCENE_PREVIEW, scene_preview=wish)
        return self._order(order, Supervisor(time_limit=time_limit, memory_limit_mb=memory_limit_mb)).data

    def preview_script(
        self, wish: Reading, *, time_limit: float = SMALL_WORK_SECONDS, memory_limit_mb: int = MEMORY_MB
    ) -> Lint:
        """The reading of a text, without speaking it."""
        order = Order(number=0, kind=Kind.PREVIEW_SCRIPT, reading=wish)
        answer = self._order(order, Supervisor(time_limit=time_limit, memory_limit_mb=memory_limit_mb))
        if answer.lint is None:
            raise StudioError("The studio answered without a reading.", code="studio_broke")
        return answer.lint

    def check_engine(self, check: CheckRequest, *, time_limit: float, memory_limit_mb: int = MEMORY_MB) -> Outcome:
        """The outcome of a check of an engine. Raises `StudioError` if it hangs, dies or needs too much memory."""
        order = Order(number=0, kind=Kind.CHECK_ENGINE, check=check)
        answer = self._order(order, Supervisor(time_limit=time_limit, memory_limit_mb=memory_limit_mb))
        if answer.outcome is None:
            raise StudioError("The studio answered without an outcome.", code="studio_broke")
        return answer.outcome

    def measure(self, spec: VideoSpec, video: Path, *, time_limit: float = SMALL_WORK_SECONDS) -> Measures:
        """The measures of the finished video of a spec. Raises `EngineMissing`, `OutputError`, `StudioError`."""
        order = Order(number=0, kind=Kind.MEASURE, spec=spec, recording=video.absolute())
        answer = self._order(order, Supervisor(time_limit=time_limit, memory_limit_mb=MEMORY_MB))
        if answer.measures is None:
            raise StudioError("The studio answered without measures.", code="studio_broke")
        return answer.measures

    def close(self) -> None:
        """End the child; the next order starts another."""
        with self._lock:
            self._discard()

    def _order(self, order: Order, supervisor: "Supervisor") -> Answer:
        with self._lock:
            self._number += 1
            order = replace(order, number=self._number)
            try:
                answer = self._give(order, supervisor)
            except BaseException:
                self._discard()
                raise
            for memory in answer.cards:
                metrics.GPU_MEMORY.set(memory.used, process_identity.host(), str(memory.card), "used")
                metrics.GPU_MEMORY.set(memory.total, process_identity.host(), str(memory.card), "total")
            # A new process recovers sooner from a temporary error.
            if isinstance(answer.error, TemporaryError):
                self._discard()
        if answer.error is not None:
            raise answer.error
        return answer

    def _give(self, order: Order, supervisor: "Supervisor") -> Answer:
        idle = self._child
        try:
            return supervisor.follow(self._ready(), order)
        except StudioError as error:
            # It died while idle, and its last threads were still ending when the order came.
            if error.code != "studio_died" or supervisor.heard or self._child is not idle:
                raise
            self._discard()
            return supervisor.follow(self._ready(), order)

    def _ready(self) -> Child:
        if self._child is not None and not self._child.alive:
            self._discard()
        if self._child is None:
            self._child = Child(self._variables, bulk=self._bulk)
        return self._child

    def _discard(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            self._spent += child.cpu_seconds
            child.kill()


_studios: dict[tuple[int, bool], Studio] = {}


def studio(*, bulk: bool = False) -> Studio:
    """The studio of this process, or its second one for bulk work; a forked process gets its own.

    There are two, because a process that gave way cannot come forward again.
    """
    key = (os.getpid(), bulk)
    if key not in _studios:
        for other in [other for other in _studios if other[0] != key[0]]:
            del _studios[other]
        _studios[key] = Studio(bulk=bulk)
        atexit.register(_studios[key].close)
    return _studios[key]


def close_studios() -> None:
    """End the children of this process; the next order starts another."""
    for place in list(_studios.values()):
        place.close()
