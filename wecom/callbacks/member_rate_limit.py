"""How many requests of one member are handled in a minute; more are stored, not handled, and the member is told once.

The platform delivers at most 30 messages a minute to one member, so more could not be answered, and the notice needs
room too. The worker applies the limit, in the order in which callbacks were recorded, so that it costs the webhook
nothing. An administrator can replay a limited callback.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from wecom.messages import SPOKEN
from wecom.messages.events import ACTS
from wecom.models import Callback

WINDOW = timedelta(minutes=1)
REQUESTS = ~Q(kind__in=("event", SPOKEN)) | Q(event__in=ACTS)
LIMITED = Q(reason=Callback.Reason.LIMITED)


def is_limited(callback: Callback) -> bool:
    """Whether this callback, as it was claimed, is over the limit and must not be handled."""
    if callback.reason == Callback.Reason.LIMITED:
        return True
    # Due later than it was recorded: an earlier attempt passed the limit, or an administrator replays it.
    if callback.due_at > callback.created_at or not _is_request(callback):
        return False
    return callback.follows_many


def follows_many(most: int) -> Exists | Value:
    """For a claim: whether so many requests of the member were recorded in the minute before the callback."""
    rows = Callback.objects.filter(order_key=OuterRef("order_key"), pk__lt=OuterRef("pk"))
    requests = rows.filter(REQUESTS, created_at__gt=OuterRef("created_at") - WINDOW).exclude(LIMITED)
    return Exists(requests[most - 1 : most]) if most else Value(value=False)


def was_notified(callback: Callback) -> bool:
    """Whether an earlier callback notified the member."""
    return _earlier(callback).filter(LIMITED).exists()


def _is_request(callback: Callback) -> bool:
    return callback.kind not in ("event", SPOKEN) or callback.event in ACTS


def _earlier(callback: Callback) -> QuerySet[Callback]:
    """The member's callbacks of the minute before this one."""
    rows = Callback.objects.filter(order_key=callback.order_key, pk__lt=callback.pk)
    return rows.filter(created_at__gt=callback.created_at - WINDOW)
