"""How many new videos one requester may have made in an hour and in a day. What is shared costs nothing."""

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
    """Raise `QuotaExceeded`, with the seconds to wait, where this requester had too many made; nobody has none."""
    if not requester:
        return
    now = now or timezone.now()
    for code, setting, span in SPANS:
        most = int(settings.AVATARS[setting])
        if most <= 0:
            continue
        recent = Render.objects.asked_by(requester, since=now - span).order_by("-created_at")
        # The oldest of as many as there may be: once it is out of the span, there is room again.
        oldest = list(recent.values_list("created_at", flat=True)[:most])
        if len(oldest) >= most:
            wait = (oldest[-1] + span - now).total_seconds()
            raise QuotaExceeded.until(code, most=most, wait=max(1.0, wait))
