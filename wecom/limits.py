"""How fast we may send: the platform silently drops more than 30 messages a minute, or 1,000 an hour, to one member."""

from datetime import datetime, timedelta

from wecom.models import Outbound

PER_MEMBER = ((timedelta(minutes=1), 30), (timedelta(hours=1), 1000))


def wait_for(outbound: Outbound, now: datetime) -> datetime | None:
    """When this member may get another message, or None for now. Counted over what was sent to them by anybody."""
    if not outbound.order_key:
        return None
    sent = Outbound.objects.filter(order_key=outbound.order_key, status=Outbound.Status.DONE)
    waits = []
    for window, most in PER_MEMBER:
        within = sent.filter(finished_at__gt=now - window).order_by("-finished_at")
        oldest = next(iter(within.values_list("finished_at", flat=True)[most - 1 : most]), None)
        if oldest is not None:
            waits.append(oldest + window)
    return max(waits, default=None)
