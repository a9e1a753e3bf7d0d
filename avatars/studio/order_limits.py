"""Limits of one order to the studio: time, memory, and whether it is still wanted."""

import time
from collections.abc import Callable

from avatars.exceptions import RenderCancelled, StudioError
from avatars.pipeline.stages import Progress
from avatars.pipeline.stream_parts import Publish
from avatars.studio.process import Child
from avatars.studio.protocol import Answer, Event, Order

TICK = 0.2  # seconds between two looks at memory, time and whether the order is still wanted
SMALL_WORK_SECONDS = 60.0  # seconds for a check or a preview, for which a person waits
MEMORY_MB = 2500  # megabytes of a child, as OPENUSER_RENDER_MEMORY_MB by default; above, it is killed


class Supervisor:
    """Follows one order to its end, and raises as soon as it is cancelled or exceeds a limit."""

    def __init__(
        self,
        on_progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
        time_limit: float = SMALL_WORK_SECONDS,
        memory_limit_mb: int = MEMORY_MB,
        on_part: Publish | None = None,
    ) -> None:
        self._on_progress, self._on_part = on_progress, on_part
        self._cancelled = cancelled
        self._time_limit = time_limit
        self._memory_limit_mb = memory_limit_mb
        self._deadline = 0.0
        self.heard = False

    def follow(self, child: Child, order: Order) -> Answer:
        """Send the order and return its last answer, `DONE` or `FAILED`."""
        self._deadline = time.monotonic() + self._time_limit
        looked = 0.0
        child.send(order)
        while True:
            answer = child.answer(TICK)
            if answer is not None and answer.number == order.number:
                self.heard = True
                if answer.event not in (Event.PROGRESS, Event.PART):
                    return answer
                if self._on_part is not None and answer.part is not None:
                    self._on_part(answer.part)
                if self._on_progress is not None and answer.stage is not None:
                    self._on_progress(answer.stage, answer.share)
            if time.monotonic() - looked >= TICK:
                looked = time.monotonic()
                self._look(child)

    def _look(self, child: Child) -> None:
        asked = time.monotonic()
        if self._cancelled is not None and self._cancelled():
            raise RenderCancelled("The video is no longer wanted.", code="cancelled")
        # Meanwhile another video may have gone first; the child, which gave way, is not to blame.
        self._deadline += time.monotonic() - asked
        if time.monotonic() > self._deadline:
            message = f"The studio took longer than {self._time_limit:.0f} s."
            raise StudioError(message, code="time_limit", remedy="Try a shorter text.")
        if child.memory_mb > self._memory_limit_mb:
            message = f"The studio needed more than {self._memory_limit_mb} MB."
            raise StudioError(message, code="memory_limit", remedy="Try a smaller portrait or a shorter text.")
