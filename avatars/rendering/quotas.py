"""Quotas of new renders by requester, by hour and by day. Shared renders are free."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from avatars.exceptions import QuotaExceeded
from avatars.models import Render

SPANS = (
    ("quota_hour", "RENDERS_PER_HOUR", timedelta(hours=1)),
    ("quota_day", "RENDERS_PER_DAY", timedelta(days=1)),
)


def check(requester: str, *, now: datetime | None = None) -> None:
    """Raise `QuotaExceeded`, with the seconds to wait, if this requester is over a quota; "" has none."""
    if not requester:
        return
    now = now or timezone.now()
    for code, setting, span in SPANS:
        most = int(settings.AVATARS[setting])
        if most <= 0:
            continue
        recent = Render.objects.asked_by(requester, since=now - span).order_by("-created_at")
        # There is room again once the oldest of the allowed number is out of the span.
        oldest = list(recent.values_list("created_at", flat=True)[:most])
        if len(oldest) >= most:
            wait = (oldest[-1] + span - now).total_seconds()
            raise QuotaExceeded.until(code, most=most, wait=max(1.0, wait))
