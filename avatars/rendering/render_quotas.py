"""Quotas of new renders by requester, by hour and by day. Shared renders are free."""

from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

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
    limits = [(code, int(settings.AVATARS[setting]), span) for code, setting, span in SPANS]
    limits = [limit for limit in limits if limit[1] > 0]
    if not limits:
        return
    rows = Render.objects.asked_by(requester, since=now - max(span for _code, _most, span in limits))
    most_of_all = max(most for _code, most, _span in limits)
    latest = list(rows.order_by("-created_at").values_list("created_at", flat=True)[:most_of_all])
    for code, most, span in limits:
        # There is room again once the oldest of the allowed number is out of the span.
        recent = [at for at in latest if at > now - span][:most]
        if len(recent) >= most:
            wait = (recent[-1] + span - now).total_seconds()
            raise refusal(code, most=most, wait=max(1.0, wait))


def refusal(code: str, *, most: int, wait: float) -> QuotaExceeded:
    """In the reader's language, how many there may be, and when there may be another."""
    message = _("Within an hour, at most %(most)d new videos are made for you.")
    if code != "quota_hour":
        message = _("Within a day, at most %(most)d new videos are made for you.")
    remedy = _("Ask again in %(minutes)d min, or for a video that is made already.") % {"minutes": ceil(wait / 60)}
    error = QuotaExceeded(message % {"most": most}, code=code, remedy=remedy)
    error.wait = wait
    return error
