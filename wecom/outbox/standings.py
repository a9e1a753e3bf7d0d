"""What an attempt must know besides its row, in one statement: each statement counts a thousand times in a campaign."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from wecom.models import Application, Attempt, Circuit, Outbound
from wecom.quotas import send_quota


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How often a message was tried before, and whether its interface was closed until a moment ago."""

    tried: int
    is_abandoned: bool
    is_reopened: bool


def read(outbound: Outbound, *, now: datetime) -> Standing:
    """The standing of a claimed message; its application is read along, and set on it."""
    tries = Attempt.objects.filter(outbound=outbound)
    closed = Circuit.objects.filter(corporation=OuterRef("corporation"), api=send_quota.API, until__lte=now)
    rows = Application.objects.annotate(
        tried=Coalesce(Subquery(tries.order_by("-number").values("number")[:1]), 0),
        is_abandoned=Exists(Attempt.objects.abandoned(outbound)),
        is_reopened=Exists(closed),
    )
    application = rows.get(pk=outbound.application_id)
    outbound.application = application
    return Standing(tried=application.tried, is_abandoned=application.is_abandoned, is_reopened=application.is_reopened)
