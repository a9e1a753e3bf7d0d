"""The stages of a render as bars on a time line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext

from avatars.models import Outcome, Render, StageRun
from core.web.admin import duration

TONES = {Outcome.RUNNING: "info", Outcome.DONE: "good", Outcome.FAILED: "bad", Outcome.LOST: "bad"}

MINUTES_FROM = 120  # seconds; above, bars are labelled in minutes


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One stage of one attempt: `left` and `width` are per cent of the time since the first worker took it."""

    run: StageRun
    left: float
    width: float
    seconds: float
    tone: str


def bars(render: Render, *, now: datetime | None = None) -> list[Bar]:
    """The stages in order; running ones end `now`."""
    now = now or timezone.now()
    # The wait is given in words: hours of it would leave no room for the rest.
    runs = render.timeline[1:]
    if not runs:
        return []
    ends = [run.ended_at or (now if run.outcome is Outcome.RUNNING else run.began_at) for run in runs]
    first = runs[0].began_at
    whole = max((max(ends) - first).total_seconds(), 0.001)
    return [
        Bar(
            run=run,
            left=round(100 * (run.began_at - first).total_seconds() / whole, 2),
            width=round(100 * (end - run.began_at).total_seconds() / whole, 2),
            seconds=(end - run.began_at).total_seconds(),
            tone=TONES.get(run.outcome, "plain"),
        )
        for run, end in zip(runs, ends, strict=True)
    ]


def shown(render: Render) -> str:
    """The bars as HTML, which core/static/core/live_page.js refreshes while the render runs."""
    context: dict[str, Any] = {
        "render": render,
        "bars": bars(render),
        "waited": _wait(render.timeline[0]),
        "cost": cost(render),
    }
    return render_to_string("admin/videos/stages.html", context)


def cost(render: Render) -> str:
    """The CPU seconds, in total and per second of video."""
    spent = render.cpu_seconds
    if not spent:
        return ""
    label = gettext("%(spent)s of a processor") % {"spent": duration(spent)}
    if not render.seconds:
        return label
    ratio = gettext("%(ratio).2f for each second of video") % {"ratio": spent / render.seconds}
    return f"{label} · {ratio}"


def _wait(run: StageRun) -> str:
    seconds = run.seconds or 0.0
    return duration(seconds) if seconds < MINUTES_FROM else timesince(run.began_at, run.ended_at or timezone.now())
