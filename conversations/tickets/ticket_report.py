"""Figures of tickets: how many, how long members waited, how long operators had them, solved, satisfaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.utils import timezone

from conversations.models import Operator, OperatorGroup, Ticket, Topic

BY: dict[str, Any] = {"topic": Topic, "operator": Operator, "group": OperatorGroup}


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of some tickets; `name` is None for tickets without a topic, operator or group.

    Attributes:
        waited: on average until an operator took it, of those that were taken.
        handled: on average from then until it was closed.
        rating: on average, 1 to 5, of `rated` tickets.
    """

    name: str | None
    opened: int
    taken: int
    closed: int
    solved: int
    late: int
    waited: timedelta | None
    handled: timedelta | None
    rated: int
    rating: float | None

    @property
    def solved_percent(self) -> int | None:
        return round(100 * self.solved / self.closed) if self.closed else None


@dataclass(frozen=True, kw_only=True)
class Report:
    """The figures of all tickets of some days, and those by topic, operator and group, most tickets first."""

    total: Figures
    tables: Mapping[str, list[Figures]]


def tickets_between(since: date, until: date) -> Any:
    """The tickets that were opened on these days, both included, by the clock of this installation."""
    zone = timezone.get_current_timezone()
    begin = datetime.combine(since, time(), zone)
    return Ticket.objects.filter(opened_at__gte=begin, opened_at__lt=begin + (until - since + timedelta(days=1)))


def report(since: date, until: date) -> Report:
    """The report of these days. It reads the tickets once, as sums that all of its lines add up."""
    parts = list(tickets_between(since, until).order_by().values(*BY).annotate(**_sums()))
    return Report(total=_figures("", parts), tables={by: list(_table(by, model, parts)) for by, model in BY.items()})


def _table(by: str, model: Any, parts: Iterable[Mapping[str, Any]]) -> Iterable[Figures]:
    names = dict(model.objects.values_list("pk", "name"))
    lines: dict[int | None, list[Mapping[str, Any]]] = {}
    for part in parts:
        lines.setdefault(part[by], []).append(part)
    rows = [(key, _figures(names.get(key), some)) for key, some in lines.items()]
    return (line for _key, line in sorted(rows, key=lambda pair: (-pair[1].opened, pair[0] is None, pair[0])))


def _figures(name: str | None, parts: Iterable[Mapping[str, Any]]) -> Figures:
    """The sum of several parts."""
    counts = dict.fromkeys(("opened", "taken", "closed", "solved", "late", "handled", "rated", "stars"), 0)
    waiting = handling = timedelta()
    for part in parts:
        counts = {measure: count + (part[measure] or 0) for measure, count in counts.items()}
        waiting, handling = waiting + (part["waiting"] or timedelta()), handling + (part["handling"] or timedelta())
    handled, stars = counts.pop("handled"), counts.pop("stars")
    return Figures(
        name=name,
        **counts,
        waited=waiting / counts["taken"] if counts["taken"] else None,
        handled=handling / handled if handled else None,
        rating=stars / counts["rated"] if counts["rated"] else None,
    )


def _sums() -> dict[str, Any]:
    return {
        "opened": Count("pk"),
        "taken": Count("taken_at"),
        "closed": Count("closed_at"),
        "solved": Count("pk", filter=Q(outcome=Ticket.Outcome.SOLVED)),
        "late": Count("late_at"),
        "waiting": Sum(_span("opened_at", "taken_at")),
        "handling": Sum(_span("taken_at", "closed_at")),
        "handled": Count("pk", filter=Q(taken_at__isnull=False, closed_at__isnull=False)),
        "rated": Count("rating"),
        "stars": Sum("rating"),
    }


def _span(begin: str, end: str) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(F(end) - F(begin), output_field=DurationField())
