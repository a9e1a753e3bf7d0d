"""The facts that an attempt needs besides its row, in one statement: each statement counts a thousand times in a
campaign."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from core.work.statements import StandIns, Statement, select
from wecom.models import Application, Attempt, Circuit, Guard, Member, Outbound
from wecom.quotas import send_quota
from wecom.restore import guard, senders_file

FRESH = 1.0  # seconds for which a usage is that of now

Company = Callable[[int, datetime], QuerySet[Outbound]]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How often a message was tried before, and whether its interface was closed until a moment ago.

    `unreachable` says why its only recipient cannot be reached, as `find_unreachable` does; "" otherwise. `has_company`
    says whether there was any of the messages that were asked about along with it. `guard` is there if it needs no
    closer look, `usage` for a message to one member; it was read at `read_at` of the monotonic clock.
    """

    tried: int
    is_abandoned: bool
    is_reopened: bool
    unreachable: str
    has_company: bool
    guard: Guard | None
    usage: send_quota.CompanyUsage | None
    read_at: float

    def fresh_usage(self) -> send_quota.CompanyUsage | None:
        """The usage, if nothing has taken long since."""
        return self.usage if time.monotonic() - self.read_at < FRESH else None


def read(outbound: Outbound, *, now: datetime, company: Company | None = None) -> Standing:
    """The standing of a claimed message; its application is read along, and set on it.

    `company` makes the query of the messages that are asked about, for an application and a time.
    """
    is_alone, read_at = len(outbound.recipients) == 1, time.monotonic()
    note = senders_file.read()  # first: its attempts were committed before
    statement = _statement(company, is_alone, connection.vendor)
    values: dict[str, Any] = {"application": outbound.application_id, "outbound": outbound.pk}
    values |= {"member": outbound.recipients[0], "day": send_quota.quota_day(now)} if is_alone else {}
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
        guard=guard.confirmed_at(note, guard.glance_at(*_read("guard", application))),
        usage=send_quota.usage_of(*_read("usage", application)) if is_alone else None,
        read_at=read_at,
    )


def _named(prefix: str, columns: Iterable[Combinable]) -> dict[str, Combinable]:
    return {f"{prefix}{number}": column for number, column in enumerate(columns)}


def _read(prefix: str, application: Application) -> list[Any]:
    """The values of the columns with these names, in their order."""
    return [value for name, value in vars(application).items() if name.startswith(prefix)]


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
            **_named("guard", guard.glance_columns()),
        )
        if is_alone:
            columns = send_quota.usage_columns(
                values, application, member=values.text("member"), corporation="corporation"
            )
            rows = rows.annotate(**_named("usage", (F("corporation__accounts"), *columns)))
        return select(rows.filter(pk=application).defer(*Application.KEYS))

    return Statement(build)


def _beyond(application: int, user_id: str) -> Subquery:
    """The status of a member who is out of reach."""
    theirs = Member.objects.beyond(application).filter(corporation=OuterRef("corporation"))
    return Subquery(theirs.filter(user_id=user_id).values("status")[:1])
