"""Deliveries of a message by workers, and their outcomes."""

from datetime import timedelta

from django.utils import timezone

from wecom.models import Outbound
from wecom.outbox import dispatcher


def deliver(outbound: Outbound, *, times: int = 1, later: timedelta = timedelta()) -> Outbound:
    """Let workers try, as often as said, and look at the row."""
    for _ in range(times):
        dispatcher.deliver(outbound.pk, now=timezone.now() + later)
    outbound.refresh_from_db()
    return outbound


def tries(outbound: Outbound) -> list[str]:
    return list(outbound.tries.order_by("number").values_list("outcome", flat=True))
