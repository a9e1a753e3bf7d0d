"""Heavy work in one warm child process per worker: it keeps its models loaded, and can be killed at any moment."""

import atexit
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from avatars.conformance.base import Outcome, Wish
from avatars.exceptions import RenderCancelled, StudioError
from avatars.pipeline import script_to_video
from avatars.pipeline.script_to_video import Film, Script
from avatars.pipeline.stages import Progress
from avatars.portraits.findings import Examined
from avatars.previews.voice_preview import Audition
from avatars.recognition.base import Transcript
from avatars.speech.text.lint import Lint, Reading
from avatars.studio.process import Child
from avatars.studio.protocol import Answer, Event, Kind, Order
from core.exceptions import TemporaryError

TICK = 0.2
SMALL_WORK_SECONDS = 60.0
MEMORY_MB = 2500


class Studio:
    """The front of the child, for one order at a time: others wait. The child is started by the first order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._number = 0
        self._spent = 0.0

    @property
    def cpu_seconds(self) -> float:
        """Seconds of CPU of all the children that it ever had; for differences."""
        child = self._child
        return self._spent + (child.cpu_seconds if child is not None else 0.0)

    @property
    def pid(self) -> int | None:
        """The process that works here now, None before the first order and after `close`."""
        return self._child.pid if self._child is not None and self._child.alive else None

    def film(
        self,
        script: Script,
        folder: Path,
        *,
        on_progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
        time_limit: float = 900,
        memory_limit_mb: int = MEMORY_MB,
    ) -> Film:
        """Film a script into `folder`. The child is killed when it is cancelled, hangs, or grows beyond its limits.

        Raises what `pipeline.make` does, `RenderCancelled` within a second of `cancelled`, and `StudioError` (codes
        `time_limit`, `memory_limit`, `studio_died`, `studio_broke`), after which another attempt may succeed.
        """
        order = Order(number=0, kind=Kind.FILM, script=script, folder=folder.absolute())
        watch = _Watch(on_progress, cancelled, time_limit, memory_limit_mb)
        try:
            answer = self._order(order, watch)
        except BaseException:
            script_to_video.discard(script, folder)
            raise
        if answer.film is None:
            raise StudioError("The studio answered without a film.", code="studio_broke")
        return answer.film

    def narrate(
        self,
        script: Script,
        folder: Path,
        *,
        cancelled: Callable[[], bool] | None = None,
        time_limit: float = SMALL_WORK_SECONDS,
        memory_limit_mb: int = MEMORY_MB,
    ) -> Path:
        """Speak a script into a WAV file of `folder`. Raises as `film` does."""
        order = Order(number=0, kind=Kind.NARRATE, script=script, folder=folder.absolute())
        self._order(order, _Watch(None, cancelled, time_limit, memory_limit_mb))
        return folder / script_to_video.NARRATION

    def warm(self, script: Script, *, time_limit: float = SMALL_WORK_SECONDS) -> None:
        """Load the engines that such a script needs. Raises `EngineMissing`."""
        self._order(Order(number=0, kind=Kind.WARM, script=script), _Watch(time_limit=time_limit))

    def examine(
        self, data: bytes, *, face: int | None = None, time_limit: float = SMALL_WORK_SECONDS
    ) -> tuple[Examined, bytes]:
        """What is in this picture file, and the part of it that is kept as JPEG, b"" where that is the whole.

        See `portrait.examine`. Raises `PortraitError` for what is no picture.
        """
        order = Order(number=0, kind=Kind.CHECK_PORTRAIT, data=data, face=face)
        answer = self._order(order, _Watch(time_limit=time_limit))
        if answer.examined is None:
            raise StudioError("The studio answered without having looked.", code="studio_broke")
        return answer.examined, answer.data

    def draw(self, character: str, *, time_limit: float = SMALL_WORK_SECONDS) -> bytes:
        """The PNG of one of our own characters. Raises `PortraitError` for an unknown one."""
        return self._order(Order(number=0, kind=Kind.DRAW, name=character), _Watch(time_limit=time_limit)).data

    def listen(
        self,
        recording: Path,
        *,
        engine: str,
        language: str = "",
        hints: Sequence[str] = (),
        time_limit: float = SMALL_WORK_SECONDS,
        memory_limit_mb: int = MEMORY_MB,
    ) -> Transcript:
        """The words of a recording of any format. Raises `EngineMissing`, `OutputError` for what is no recording."""
        order = Order(
            number=0,
            kind=Kind.LISTEN,
            name=engine,
            recording=recording.absolute(),
            language=language,
            hints=tuple(hints),
        )
        answer = self._order(order, _Watch(time_limit=time_limit, memory_limit_mb=memory_limit_mb))
        if answer.transcript is None:
            raise StudioError("The studio answered without words.", code="studio_broke")
        return answer.transcript

    def audition(
        self, wish: Audition, *, time_limit: float = SMALL_WORK_SECONDS, memory_limit_mb: int = MEMORY_MB
    ) -> bytes:
        """A voice for two seconds, as M4A. Raises `EngineMissing`, `ScriptError`, `AvatarError` for no such voice."""
        order = Order(number=0, kind=Kind.AUDITION, audition=wish)
        return self._order(order, _Watch(time_limit=time_limit, memory_limit_mb=memory_limit_mb)).data

    def read(self, wish: Reading, *, time_limit: float = SMALL_WORK_SECONDS, memory_limit_mb: int = MEMORY_MB) -> Lint:
        """How a text would be read; nothing is said."""
        order = Order(number=0, kind=Kind.READ, reading=wish)
        answer = self._order(order, _Watch(time_limit=time_limit, memory_limit_mb=memory_limit_mb))
        if answer.lint is None:
            raise StudioError("The studio answered without a reading.", code="studio_broke")
        return answer.lint

    def conform(self, wish: Wish, *, time_limit: float, memory_limit_mb: int = MEMORY_MB) -> Outcome:
        """What comes of a check of an engine. Raises `StudioError` for an engine that hangs, dies or grows."""
        order = Order(number=0, kind=Kind.CONFORM, wish=wish)
        answer = self._order(order, _Watch(time_limit=time_limit, memory_limit_mb=memory_limit_mb))
        if answer.outcome is None:
            raise StudioError("The studio answered without an outcome.", code="studio_broke")
        return answer.outcome

    def close(self) -> None:
        """End the child; the next order starts another."""
        with self._lock:
            self._discard()

    def _order(self, order: Order, watch: "_Watch") -> Answer:
        with self._lock:
            self._number += 1
            order = replace(order, number=self._number)
            try:
                answer = self._give(order, watch)
            except BaseException:
                self._discard()
                raise
            # What may pass with time passes sooner in a process that has not seen it.
            if isinstance(answer.error, TemporaryError):
                self._discard()
        if answer.error is not None:
            raise answer.error
        return answer

    def _give(self, order: Order, watch: "_Watch") -> Answer:
        idle = self._child
        try:
            return watch.follow(self._ready(), order)
        except StudioError as error:
            # It died while it had nothing to do, and its last threads were still ending when it was asked for.
            if error.code != "studio_died" or watch.heard or self._child is not idle:
                raise
            self._discard()
            return watch.follow(self._ready(), order)

    def _ready(self) -> Child:
        if self._child is not None and not self._child.alive:
            self._discard()
        if self._child is None:
            self._child = Child()
        return self._child

    def _discard(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            self._spent += child.cpu_seconds
            child.kill()


class _Watch:
    """Follows one order to its end, and raises as soon as it must not go on."""

    def __init__(
        self,
        on_progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
        time_limit: float = SMALL_WORK_SECONDS,
        memory_limit_mb: int = MEMORY_MB,
    ) -> None:
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._time_limit = time_limit
        self._memory_limit_mb = memory_limit_mb
        self.heard = False

    def follow(self, child: Child, order: Order) -> Answer:
        """Give the order and return its last answer, `DONE` or `FAILED`."""
        deadline = time.monotonic() + self._time_limit
        looked = 0.0
        child.send(order)
        while True:
            answer = child.answer(TICK)
            if answer is not None and answer.number == order.number:
                self.heard = True
                if answer.event is not Event.PROGRESS:
                    return answer
                if self._on_progress is not None and answer.stage is not None:
                    self._on_progress(answer.stage, answer.share)
            if time.monotonic() - looked >= TICK:
                looked = time.monotonic()
                self._look(child, deadline)

    def _look(self, child: Child, deadline: float) -> None:
        if self._cancelled is not None and self._cancelled():
            raise RenderCancelled("The video is no longer wanted.", code="cancelled")
        if time.monotonic() > deadline:
            words = f"The studio took longer than {self._time_limit:.0f} s."
            raise StudioError(words, code="time_limit", remedy="Try a shorter text.")
        if child.memory_mb > self._memory_limit_mb:
            words = f"The studio needed more than {self._memory_limit_mb} MB."
            raise StudioError(words, code="memory_limit", remedy="Try a smaller portrait or a shorter text.")


_studios: dict[int, Studio] = {}


def studio() -> Studio:
    """The studio of this process; a forked process gets its own."""
    if os.getpid() not in _studios:
        _studios.clear()
        _studios[os.getpid()] = Studio()
        atexit.register(_studios[os.getpid()].close)
    return _studios[os.getpid()]
