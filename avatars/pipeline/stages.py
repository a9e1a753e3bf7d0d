"""The stages of making a film, how far each is, and what each cost."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What is being done, in this order."""

    SPEAKING = "speaking"
    FILMING = "filming"
    ENCODING = "encoding"
    LABELLING = "labelling"
    CHECKING = "checking"


Progress = Callable[[Stage, float], None]


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What a stage cost: seconds of CPU, with those of ffmpeg, and seconds on the clock."""

    stage: Stage
    cpu: float
    wall: float


class Stopwatch:
    """Announces stages and their progress, and keeps what each cost."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._stage: Stage | None = None
        self._share = 0.0
        self._began = (0.0, 0.0)
        self._timings: list[Timing] = []

    @property
    def stage(self) -> Stage | None:
        """What is being done."""
        return self._stage

    def begin(self, stage: Stage) -> None:
        """End the stage before, start this one."""
        self._end()
        self._stage, self._share, self._began = stage, -1.0, (_cpu(), time.monotonic())
        self.report(0.0)

    def report(self, share: float) -> None:
        """`share` is 0..1 of the present stage; only what is further than before is passed on."""
        share = min(1.0, share)
        if self._progress is not None and self._stage is not None and share > self._share:
            self._share = share
            self._progress(self._stage, share)

    def awaits(self, stage: Stage) -> None:
        """Tell that the present stage waits for more of an earlier one, whose first results it has begun to use.

        It goes on with what it reports next.
        """
        if self._progress is not None:
            self._progress(stage, 1.0)

    def finish(self) -> tuple[Timing, ...]:
        self._end()
        return tuple(self._timings)

    def _end(self) -> None:
        if self._stage is not None:
            self.report(1.0)
            cpu, wall = self._began
            self._timings.append(Timing(stage=self._stage, cpu=_cpu() - cpu, wall=time.monotonic() - wall))
            self._stage = None


def _cpu() -> float:
    """Seconds of CPU of this process and of those that it has waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
