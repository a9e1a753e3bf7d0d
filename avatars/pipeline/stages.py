"""The stages of making a video, with the progress and cost of each."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


class Stage(StrEnum):
    """The stages, in their order. Values are stored and public."""

    SPEAKING = "speaking"
    ANIMATING = "filming"  # the name that clients and rows of earlier releases have
    ENCODING = "encoding"
    LABELLING = "labelling"
    CHECKING = "checking"


Result = TypeVar("Result")
Progress = Callable[[Stage, float], None]


@dataclass(frozen=True, kw_only=True)
class Timing:
    """The cost of a stage: seconds of CPU, with those of ffmpeg, and seconds on the clock.

    `first` is the seconds on the clock until its first result; None if it reports none.
    """

    stage: Stage
    cpu: float
    wall: float
    first: float | None = None


class StageTimer:
    """Announces stages and their progress, and keeps the cost of each."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._stage: Stage | None = None
        self._share = 0.0
        self._began = (0.0, 0.0)
        self._first: float | None = None
        self._timings: list[Timing] = []

    @property
    def stage(self) -> Stage | None:
        return self._stage

    def begin(self, stage: Stage) -> None:
        """End the stage before, start this one."""
        self._end()
        self._stage, self._share, self._began = stage, -1.0, (_cpu(), time.monotonic())
        self._first = None
        self.report(0.0)

    def report(self, share: float) -> None:
        """Report a `share`, 0..1, of the present stage; only progress beyond the last report is passed on."""
        share = min(1.0, share)
        if self._progress is not None and self._stage is not None and share > self._share:
            self._share = share
            self._progress(self._stage, share)

    def waiting_for(self, stage: Stage) -> None:
        """Report that the present stage waits for an earlier one, whose first results it already uses.

        The next `report` ends the wait.
        """
        if self._progress is not None:
            self._progress(stage, 1.0)

    def first_of(self, results: Iterator[Result]) -> Iterator[Result]:
        """The same results; when the first came is kept for the present stage."""
        for result in results:
            if self._first is None:
                self._first = time.monotonic() - self._began[1]
            yield result

    def finish(self) -> tuple[Timing, ...]:
        self._end()
        return tuple(self._timings)

    def _end(self) -> None:
        if self._stage is not None:
            self.report(1.0)
            cpu, wall = self._began
            self._timings.append(
                Timing(stage=self._stage, cpu=_cpu() - cpu, wall=time.monotonic() - wall, first=self._first)
            )
            self._stage = None


def _cpu() -> float:
    """Seconds of CPU of this process and of its finished children."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
