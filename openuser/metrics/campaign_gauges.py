"""Gauges of the campaigns that run. Their number is bounded by `MOST`."""

from collections.abc import Iterator
from datetime import datetime

from openuser.metrics.gauges import Gauge, Reading
from scheduling.models import CampaignRun

RECIPIENTS = Gauge(
    name="openuser_campaign_recipients",
    words="Members of a running campaign by state.",
    labels=("campaign", "state"),
)
REMAINING = Gauge(
    name="openuser_campaign_eta_seconds",
    words="Seconds until a running campaign has reached all its members, at its speed so far.",
    labels=("campaign",),
)
GAUGES = (RECIPIENTS, REMAINING)
MOST = 20


def read(now: datetime) -> Iterator[Reading]:
    """Every reading, of the newest runs."""
    running = CampaignRun.objects.filter(status__in=CampaignRun.UNFINISHED, ended_at=None).defer("content")
    for run in running.order_by("-pk")[:MOST]:
        ended = run.sent + run.failed + run.left_out
        figures = {"sent": run.sent, "failed": run.failed, "left_out": run.left_out}
        for state, members in {**figures, "waiting": max(0, run.planned - ended)}.items():
            yield RECIPIENTS.at(members, str(run.campaign_id), state)
        took = (now - (run.started_at or now)).total_seconds()
        if run.sent and took > 0:
            yield REMAINING.at(max(0, run.planned - ended) * took / run.sent, str(run.campaign_id))
