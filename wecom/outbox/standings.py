"""The facts that an attempt needs besides its row, in one statement: each statement counts a thousand times in a
campaign."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from core.work.statements import StandIns, Statement, select
from wecom.models import Application, Attempt, Circuit, Member, Outbound
from wecom.quotas import send_quota

Company = Callable[[int, datetime], QuerySet[Outbound]]


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


def read(outbound: Outbound, *, now: datetime, company: Company | None = None) -> Standing:
    """The standing of a claimed message; its application is read along, and set on it.

    `company` makes the query of the messages that are asked about, for an application and a time.
    """
    is_alone = len(outbound.recipients) == 1
    statement = _statement(company, is_alone, connection.vendor)
    values: dict[str, Any] = {"application": outbound.application_id, "outbound": outbound.pk}
    values |= {"member": outbound.recipients[0]} if is_alone else {}
    rows: Iterator[Any] = iter(Application.objects.raw(statement.sql, statement.given(now, **values)))
    application = next(rows)
    outbound.application = application
    beyond = application.beyond
    return Standing(
        tried=application.tried,
        is_abandoned=bool(application.is_abandoned),
        is_reopened=bool(application.is_reopened),
        has_company=bool(application.has_company),
        unreachable="" if beyond is None else "left" if beyond == Member.Status.LEFT else "out_of_range",
    )


@lru_cache(maxsize=20)
def _statement(company: Company | None, is_alone: bool, vendor: str) -> Statement:
    """The statement of `read`, for each of these and kind of database."""

    def build(values: StandIns) -> tuple[str, Sequence[Any]]:
        application, outbound = values.number("application"), Outbound(pk=values.number("outbound"))
        tries = Attempt.objects.filter(outbound=outbound)
        closed = Circuit.objects.filter(corporation=OuterRef("corporation"), api=send_quota.API, until__lte=values.now)
        rows = Application.objects.annotate(
            tried=Coalesce(Subquery(tries.order_by("-number").values("number")[:1]), 0),
            is_abandoned=Exists(Attempt.objects.abandoned(outbound)),
            is_reopened=Exists(closed),
            beyond=_beyond(application, values.text("member")) if is_alone else Value(None, CharField()),
            has_company=Value(False) if company is None else Exists(company(application, values.now)),
        )
        return select(rows.filter(pk=application))

    return Statement(build)


def _beyond(application: int, user_id: str) -> Subquery:
    """The status of a member who is out of reach."""
    theirs = Member.objects.beyond(application).filter(corporation=OuterRef("corporation"))
    return Subquery(theirs.filter(user_id=user_id).values("status")[:1])
