"""The stages of a render as they went: a value for each time that one was begun."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The stages of a render, in this order."""

    WAITING = "waiting", _("waiting")
    SPEAKING = "speaking", _("speaking")
    ANIMATING = "filming", _("animating")
    ENCODING = "encoding", _("encoding")
    LABELLING = "labelling", _("labelling")
    CHECKING = "checking", _("checking")
    STORING = "storing", _("storing")


class Outcome(models.TextChoices):
    """The outcome of a stage. It is lost where its worker died, and took the end with it."""

    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    LOST = "lost", _("lost")


@dataclass(frozen=True, kw_only=True)
class StageRun:
    """One stage of one attempt.

    `ended_at` is None while it runs, and if it was lost. `cpu_seconds` is its CPU time with its children's;
    None where it could not be measured. `first_seconds` is the time until its first result, None if not reported.
    `code` is the reason of a failure.
    """

    attempt: int
    stage: Stage
    began_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    cpu_seconds: float | None = None
    first_seconds: float | None = None
    code: str = ""

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return str(self.stage.label)

    @property
    def outcome_words(self) -> str:
        """The outcome, in the reader's language."""
        return str(self.outcome.label)

    @property
    def seconds(self) -> float | None:
        """Its seconds, up to now if it is running; None where it was lost."""
        if self.outcome is Outcome.LOST:
            return None
        return max(0.0, ((self.ended_at or timezone.now()) - self.began_at).total_seconds())


def entry(run: StageRun) -> dict[str, Any]:
    """A stage as JSON holds it."""
    return {
        "attempt": run.attempt,
        "stage": run.stage.value,
        "began_at": run.began_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "outcome": run.outcome.value,
        "cpu_seconds": run.cpu_seconds,
        "first_seconds": run.first_seconds,
        "code": run.code,
    }


def stage_run(entry: dict[str, Any]) -> StageRun:
    ended_at = entry["ended_at"]
    return StageRun(
        attempt=entry["attempt"],
        stage=Stage(entry["stage"]),
        began_at=datetime.fromisoformat(entry["began_at"]),
        ended_at=datetime.fromisoformat(ended_at) if ended_at else None,
        outcome=Outcome(entry["outcome"]),
        cpu_seconds=entry["cpu_seconds"],
        # Rows of earlier releases have none.
        first_seconds=entry.get("first_seconds"),
        code=entry["code"],
    )
