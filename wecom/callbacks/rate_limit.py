"""How many requests of one member are handled in a minute; more are stored, not handled, and the member is told once.

The platform delivers at most 30 messages a minute to one member, so more could not be answered, and the notice needs
room too. The limit is applied when a callback is recorded, before a worker is woken. An administrator can replay a
limited callback.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q

from wecom.messages import SPOKEN
from wecom.messages.events import ACTS
from wecom.models import Callback

WINDOW = timedelta(minutes=1)
REQUESTS = ~Q(kind__in=("event", SPOKEN)) | Q(event__in=ACTS)
LIMITED = Q(reason=Callback.Reason.LIMITED)


def mark_if_limited(row: Callback, now: datetime) -> None:
    """Mark a new callback over the limit. The first one in a minute stays queued: handling it notifies the member."""
    most = settings.WECOM["MEMBER_MESSAGES_PER_MINUTE"]
    if not most or not (row.kind != "event" or row.event in ACTS):
        return
    recent = Callback.objects.filter(REQUESTS, order_key=row.order_key, created_at__gt=now - WINDOW)
    counts = recent.aggregate(kept=Count("pk", filter=LIMITED), all=Count("pk"))
    if counts["all"] - counts["kept"] < most:
        return
    row.reason = Callback.Reason.LIMITED
    if counts["kept"]:
        row.status, row.finished_at = Callback.Status.CANCELLED, now


def is_limited(callback: Callback) -> bool:
    """Whether this callback is over the limit and must not be handled."""
    return callback.reason == Callback.Reason.LIMITED


def was_notified(callback: Callback) -> bool:
    """Whether an earlier callback notified the member: of two recorded at once, both may seem to be the first."""
    earlier = Callback.objects.filter(LIMITED, order_key=callback.order_key, pk__lt=callback.pk)
    return earlier.filter(created_at__gt=callback.created_at - WINDOW).exists()
