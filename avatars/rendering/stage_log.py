"""The log of a render's stages, with their times and CPU seconds, for `Render.timeline`."""

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils import timezone

from avatars.models import Outcome, Render, Stage, StageRun
from avatars.models.stages import entry, stage_run
from avatars.pipeline.stages import Timing
from avatars.studio.studio import studio
from core.work.metrics import JOB_RUN

ORDER = list(Stage)


class StageLog:
    """The stages of one attempt, after those of earlier attempts. Methods return the row's value and write nothing.

    CPU seconds are the studio's at the last report, so a stage whose process was killed has them too.
    """

    def __init__(self, render: Render) -> None:
        self._kind, self._attempt, self._is_bulk = render._meta.label_lower, render.attempts, render.is_bulk
        # Stages that an earlier attempt left open were lost with its worker.
        self._runs = [_lost(run) for run in map(stage_run, render.stages)]
        self._spent_before = 0.0
        self._share = 0.0

    def is_new(self, stage: str, share: float) -> bool:
        """Whether a report starts a stage: another one than the last, or the same again with a fallback engine."""
        running = self._runs[-1] if self._runs else None
        if running is None or running.outcome is not Outcome.RUNNING or running.stage != stage:
            return True
        again, self._share = share < self._share, share
        return again

    def begin(self, stage: Stage) -> list[dict[str, Any]]:
        """Start a stage and end the one before: as failed if this stage does not come after it, else as done."""
        running = self._runs[-1].stage if self._runs else Stage.WAITING
        self.end(Outcome.FAILED if ORDER.index(stage) <= ORDER.index(running) else Outcome.DONE)
        self._spent_before, self._share = self._spent(), 0.0
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
        """End the running stage."""
        if self._runs and self._runs[-1].outcome is Outcome.RUNNING:
            run, now = self._runs[-1], timezone.now()
            spent = round(max(0.0, self._spent() - self._spent_before), 3)
            self._runs[-1] = replace(run, ended_at=now, outcome=outcome, code=code, cpu_seconds=spent)
            JOB_RUN.observe((now - run.began_at).total_seconds(), self._kind, run.stage.value)
        return self.entries()

    def add_timings(self, timings: Iterable[Timing]) -> None:
        """Replace CPU seconds by the pipeline's more exact ones, and add the seconds to the first result."""
        for timing in timings:
            for place in range(len(self._runs) - 1, -1, -1):
                run = self._runs[place]
                if run.attempt == self._attempt and run.stage == timing.stage.value:
                    self._runs[place] = replace(
                        run,
                        cpu_seconds=round(timing.cpu, 3),
                        first_seconds=None if timing.first is None else round(timing.first, 3),
                    )
                    break

    def entries(self) -> list[dict[str, Any]]:
        return [entry(run) for run in self._runs]

    def _spent(self) -> float:
        """CPU seconds of the studio's child and of this thread."""
        return studio(bulk=self._is_bulk).cpu_seconds + time.thread_time()


def _lost(run: StageRun) -> StageRun:
    return replace(run, outcome=Outcome.LOST) if run.outcome is Outcome.RUNNING else run
