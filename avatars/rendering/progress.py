"""Progress of a running render on its row; keeps the lease, notices cancellation, and lets urgent work go first."""

import socket
import time
from collections.abc import Callable
from typing import Any

from avatars.models import Render
from avatars.rendering import demand, estimates
from avatars.rendering.stage_log import StageLog
from core.live_updates import publish_change
from core.logs import set_correlation_id
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
REPORT_EVERY = 0.7  # seconds between two writes of the row: pages show progress, and the database is spared
ASK_EVERY = 0.3  # seconds between two looks whether the render is still wanted
NEARLY = 80
"""Per cent from which on a bulk render stays in its studio, even if it has become urgent."""

Keep = Callable[[], None]


class ProgressReporter:
    """Writes progress, keeps the lease, and checks whether the render is still wanted.

    A bulk render calls `urgent_first` now and then. It makes the urgent renders, and meanwhile keeps the lease of the
    bulk render with the function that it is given. A render that is made while another one waits calls its `keep`.
    """

    def __init__(
        self, render: Render, *, urgent_first: Callable[[Keep], None] | None = None, keep: Keep | None = None
    ) -> None:
        self.render = render
        self.is_bulk = render.is_bulk
        self.lent_seconds = 0.0
        self.is_urgent_now = False
        self._urgent_first = urgent_first if self.is_bulk else None
        self._keep_other = keep
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
        """Whether the row was cancelled, taken over or is unwanted; queries thrice a second.

        Also true if the other studio should make it, because it has become urgent (`is_urgent_now`).

        Extends the lease, because this is called all the time, while a stage may report nothing for longer than a
        lease lasts. The studio's time limit ends a stage that hangs.
        """
        if not self.unwanted and time.monotonic() - self.asked_at > ASK_EVERY:
            self.asked_at = time.monotonic()
            self.unwanted = not self._is_to_go_on()
            if not self.unwanted and self._urgent_first is not None:
                self._let_urgent_go_first(self._urgent_first)
        return self.unwanted

    def keep(self) -> None:
        """Extend the lease when it is time. Raises `LeaseLost` if another worker has the row."""
        if self._keep_other is not None:
            self._keep_other()
        if time.monotonic() - self.extended_at >= self.render.lease.total_seconds() / 4:
            self.extended_at = time.monotonic()
            self.render.extend_lease()

    def _is_to_go_on(self) -> bool:
        try:
            self.keep()
        except LeaseLost:
            return False
        standing = demand.standing_of(self.render)
        if standing is None:
            return False
        if not standing.is_wanted:
            return not demand.cancel_unwanted(Render, Render.objects.filter(pk=self.render.pk))
        self.is_urgent_now = self.is_bulk and standing.priority > Render.BULK and self.render.progress < NEARLY
        return not self.is_urgent_now

    def _let_urgent_go_first(self, urgent_first: Callable[[Keep], None]) -> None:
        began = time.monotonic()
        urgent_first(self._keep_quietly)
        self.lent_seconds += time.monotonic() - began
        set_correlation_id(self.render.cid)

    def _keep_quietly(self) -> None:
        """Extend the lease while another render is made; a lost lease is noted for later."""
        try:
            self.keep()
        except LeaseLost:
            self.unwanted = True
