"""How much one person may ask for in a minute: beyond it what they send is kept, not acted on, and they are told once.

The platform passes on no more than 30 messages a minute to one person: more could not be answered, and the notice is to
find room as well. It is decided when a callback comes in, before a worker is woken; an administrator can have what was
kept handled after all.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q

from wecom.messages import SPOKEN
from wecom.messages.events import ACTS
from wecom.models import Callback

WINDOW = timedelta(minutes=1)
ASKING = ~Q(kind__in=("event", SPOKEN)) | Q(event__in=ACTS)
LIMITED = Q(reason=Callback.Reason.LIMITED)


def mark_if_limited(row: Callback, now: datetime) -> None:
    """Mark a new callback that is beyond the limit. The first in a while stays queued: handling it is to tell them."""
    most = settings.WECOM["MEMBER_MESSAGES_PER_MINUTE"]
    if not most or not (row.kind != "event" or row.event in ACTS):
        return
    recent = Callback.objects.filter(ASKING, order_key=row.order_key, created_at__gt=now - WINDOW)
    counts = recent.aggregate(kept=Count("pk", filter=LIMITED), all=Count("pk"))
    if counts["all"] - counts["kept"] < most:
        return
    row.reason = Callback.Reason.LIMITED
    if counts["kept"]:
        row.status, row.finished_at = Callback.Status.CANCELLED, now


def is_limited(callback: Callback) -> bool:
    """Whether this is not to be acted on."""
    return callback.reason == Callback.Reason.LIMITED


def was_notified(callback: Callback) -> bool:
    """Whether somebody was told of the limit just before: two that came at once may both believe to be the first."""
    earlier = Callback.objects.filter(LIMITED, order_key=callback.order_key, pk__lt=callback.pk)
    return earlier.filter(created_at__gt=callback.created_at - WINDOW).exists()
