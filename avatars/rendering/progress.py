"""Progress of a running render on its row; keeps the lease and notices cancellation."""

import socket
import time
from typing import Any

from avatars.models import Render
from avatars.rendering import estimates
from avatars.rendering.stage_log import StageLog
from core.live_updates import publish_change
from core.work import crash_points
from core.work.base import LeaseLost

# Begin and span of each stage in per cent, from the benchmark's figures for three sentences, of which one is spoken
# before the first frame.
STAGES = {
    Render.Stage.SPEAKING: (0, 25),
    Render.Stage.ANIMATING: (25, 58),
    Render.Stage.ENCODING: (83, 3),
    Render.Stage.LABELLING: (86, 2),
    Render.Stage.CHECKING: (88, 11),
    Render.Stage.STORING: (99, 1),
}
REPORT_EVERY = 0.7
ASK_EVERY = 0.5


class ProgressReporter:
    """Writes progress, keeps the lease, and checks whether the render was cancelled."""

    def __init__(self, render: Render) -> None:
        self.render = render
        self.reported_at = 0.0
        self.asked_at = 0.0
        self.extended_at = time.monotonic()
        self.unwanted = False
        self.stage_log = StageLog(render)
        self._host = socket.gethostname()[:64]

    def report(self, stage: str, fraction: float) -> None:
        """Report a `fraction`, 0..1, of a `stage`, one of `Render.Stage`."""
        began = self.stage_log.is_new(stage, fraction)
        if not began and time.monotonic() - self.reported_at < REPORT_EVERY:
            return
        self.reported_at = time.monotonic()
        begin, span = STAGES[Render.Stage(stage)]
        try:
            begun: dict[str, Any] = {"stages": self.stage_log.begin(Render.Stage(stage))} if began else {}
            if self.render.host != self._host:
                begun |= self._here()
            self.render.update_leased(stage=stage, progress=int(begin + span * fraction), **begun)
            publish_change("renders", "progress", id=self.render.pk)
            if began:
                crash_points.point(f"stage.{stage}")
        except LeaseLost:
            self.unwanted = True

    def _here(self) -> dict[str, Any]:
        """The host of this worker, and the estimate for it."""
        made = {"spliced": "cuts" in self.render.recipe, "deck": self.render.recipe.get("deck")}
        text, mode, own = self.render.text, self.render.mode, self.render.pk
        known = estimates.estimate(text, mode, host=self._host, **made, own=own)
        spans = {"estimated_low": known.low, "estimated_high": known.high}
        return {"host": self._host, "estimated_seconds": known.likely, **spans}

    def cancelled(self) -> bool:
        """Whether the row was cancelled or taken over; queries at most twice a second.

        Extends the lease, because this is called all the time, while a stage may report nothing for longer than a
        lease lasts. The studio's time limit ends a stage that hangs.
        """
        if not self.unwanted and time.monotonic() - self.asked_at > ASK_EVERY:
            self.asked_at = time.monotonic()
            self.unwanted = not self._held()
        return self.unwanted

    def _held(self) -> bool:
        if time.monotonic() - self.extended_at < self.render.lease.total_seconds() / 4:
            return self.render.has_lease()
        self.extended_at = time.monotonic()
        try:
            self.render.extend_lease()
        except LeaseLost:
            return False
        return True
