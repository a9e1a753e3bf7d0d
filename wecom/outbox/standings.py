"""What an attempt must know besides its row, in one statement: each statement counts a thousand times in a campaign."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from wecom.models import Application, Attempt, Circuit, Member, Outbound
from wecom.quotas import send_quota


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How often a message was tried before, and whether its interface was closed until a moment ago.

    `unreachable` says why its only recipient cannot be reached, as `find_unreachable` does; "" otherwise. `has_company`
    says whether there was any of the messages that were asked about along with it.
    """

    tried: int
    is_abandoned: bool
    is_reopened: bool
    unreachable: str
    has_company: bool


def read(outbound: Outbound, *, now: datetime, company: QuerySet[Outbound] | None = None) -> Standing:
    """The standing of a claimed message; its application is read along, and set on it."""
    tries = Attempt.objects.filter(outbound=outbound)
    closed = Circuit.objects.filter(corporation=OuterRef("corporation"), api=send_quota.API, until__lte=now)
    rows = Application.objects.annotate(
        tried=Coalesce(Subquery(tries.order_by("-number").values("number")[:1]), 0),
        is_abandoned=Exists(Attempt.objects.abandoned(outbound)),
        is_reopened=Exists(closed),
        beyond=_beyond(outbound),
        has_company=Value(False) if company is None else Exists(company),
    )
    application = rows.get(pk=outbound.application_id)
    outbound.application = application
    beyond = application.beyond
    return Standing(
        tried=application.tried,
        is_abandoned=application.is_abandoned,
        is_reopened=application.is_reopened,
        has_company=application.has_company,
        unreachable="" if beyond is None else "left" if beyond == Member.Status.LEFT else "out_of_range",
    )


def _beyond(outbound: Outbound) -> Subquery | Value:
    """The status of its only recipient, if out of reach."""
    if len(outbound.recipients) != 1:
        return Value(None, CharField())
    theirs = Member.objects.beyond(outbound.application_id).filter(corporation=OuterRef("corporation"))
    return Subquery(theirs.filter(user_id=outbound.recipients[0]).values("status")[:1])
