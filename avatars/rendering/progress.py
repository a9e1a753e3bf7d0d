"""How far a render is, on its row, while its worker keeps the lease and asks whether anybody still wants it."""

import socket
import time
from typing import Any

from avatars.models import Render
from avatars.rendering import estimates
from avatars.rendering.stage_log import Journal
from core.live_updates import publish_change
from core.work import crash_points
from core.work.base import LeaseLost

# Where each stage begins and how much of the whole it is, in per cent, from figures of the benchmark for three
# sentences: one of them is spoken before the first frame.
STAGES = {
    Render.Stage.SPEAKING: (0, 25),
    Render.Stage.FILMING: (25, 58),
    Render.Stage.ENCODING: (83, 3),
    Render.Stage.LABELLING: (86, 2),
    Render.Stage.CHECKING: (88, 11),
    Render.Stage.STORING: (99, 1),
}
REPORT_EVERY = 0.7
ASK_EVERY = 0.5


class Reporter:
    """Writes progress and keeps the lease; asks now and then whether anybody still wants the video."""

    def __init__(self, render: Render) -> None:
        self.render = render
        self.reported_at = 0.0
        self.asked_at = 0.0
        self.extended_at = time.monotonic()
        self.unwanted = False
        self.journal = Journal(render)
        self._host = socket.gethostname()[:64]

    def report(self, stage: str, fraction: float) -> None:
        """`stage` is one of `Render.Stage`, `fraction` is 0..1 of it."""
        began = self.journal.is_new(stage, fraction)
        if not began and time.monotonic() - self.reported_at < REPORT_EVERY:
            return
        self.reported_at = time.monotonic()
        begin, span = STAGES[Render.Stage(stage)]
        try:
            begun: dict[str, Any] = {"stages": self.journal.begin(Render.Stage(stage))} if began else {}
            if self.render.host != self._host:
                begun |= self._here()
            self.render.update_leased(stage=stage, progress=int(begin + span * fraction), **begun)
            publish_change("renders", "progress", id=self.render.pk)
            if began:
                crash_points.point(f"stage.{stage}")
        except LeaseLost:
            self.unwanted = True

    def _here(self) -> dict[str, Any]:
        """Where it is made, and how long that takes here."""
        spliced = "cuts" in self.render.recipe
        known = estimates.render_estimate(self.render.text, self.render.mode, host=self._host, spliced=spliced)
        spans = {"estimated_low": known.low, "estimated_high": known.high}
        return {"host": self._host, "estimated_seconds": known.likely, **spans}

    def cancelled(self) -> bool:
        """True once the row was cancelled or taken over; looks at most twice a second.

        The lease is kept from here and not from `report`: a stage may say nothing for longer than a lease lasts, and
        whoever asks is alive. How long a stage may take is the studio's time limit.
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
