"""What each stage of a render cost, noted while it is made and kept on its row (`Render.timeline`)."""

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils import timezone

from avatars.models import Outcome, Render, Stage, StageRun
from avatars.models.stages import entry, stage_run
from avatars.pipeline.stages import Timing
from avatars.studio.studio import studio

ORDER = list(Stage)


class Journal:
    """The stages of one attempt, after those of earlier ones. Writes nothing: each act returns what the row shall hold.

    CPU seconds are those of the studio by the last look, so that a stage whose process was killed has them too.
    """

    def __init__(self, render: Render) -> None:
        self._attempt = render.attempts
        # What an earlier attempt left open, its worker took along.
        self._runs = [_lost(run) for run in map(stage_run, render.stages)]
        self._spent_before = 0.0
        self._share = 0.0

    def is_new(self, stage: str, share: float) -> bool:
        """Whether this stage is not what runs; nor is it where it begins anew, because another engine stands in."""
        running = self._runs[-1] if self._runs else None
        if running is None or running.outcome is not Outcome.RUNNING or running.stage != stage:
            return True
        again, self._share = share < self._share, share
        return again

    def begin(self, stage: Stage) -> list[dict[str, Any]]:
        """The stage before has ended, well unless it or one before it begins anew; this one has begun."""
        running = self._runs[-1].stage if self._runs else Stage.WAITING
        self.end(Outcome.FAILED if ORDER.index(stage) <= ORDER.index(running) else Outcome.DONE)
        self._spent_before, self._share = _spent(), 0.0
        self._runs.append(
            StageRun(
                attempt=self._attempt,
                stage=stage,
                began_at=timezone.now(),
                ended_at=None,
                outcome=Outcome.RUNNING,
            )
        )
        return self.entries()

    def end(self, outcome: Outcome = Outcome.DONE, code: str = "") -> list[dict[str, Any]]:
        """What runs has ended so."""
        if self._runs and self._runs[-1].outcome is Outcome.RUNNING:
            spent = round(max(0.0, _spent() - self._spent_before), 3)
            self._runs[-1] = replace(
                self._runs[-1], ended_at=timezone.now(), outcome=outcome, code=code, cpu_seconds=spent
            )
        return self.entries()

    def measured(self, timings: Iterable[Timing]) -> None:
        """The pipeline itself has measured: better than a look from outside."""
        for timing in timings:
            for place in range(len(self._runs) - 1, -1, -1):
                run = self._runs[place]
                if run.attempt == self._attempt and run.stage == timing.stage.value:
                    self._runs[place] = replace(run, cpu_seconds=round(timing.cpu, 3))
                    break

    def entries(self) -> list[dict[str, Any]]:
        return [entry(run) for run in self._runs]


def _lost(run: StageRun) -> StageRun:
    return replace(run, outcome=Outcome.LOST) if run.outcome is Outcome.RUNNING else run


def _spent() -> float:
    """Seconds of CPU of the studio's child and of this thread."""
    return studio().cpu_seconds + time.thread_time()
