"""Figures of tickets: how many, how long members waited, how long operators had them, solved, satisfaction."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
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


def tickets_between(since: date, until: date) -> Any:
    """The tickets that were opened on these days, both included, by the clock of this installation."""
    zone = timezone.get_current_timezone()
    begin = datetime.combine(since, time(), zone)
    return Ticket.objects.filter(opened_at__gte=begin, opened_at__lt=begin + (until - since + timedelta(days=1)))


def figures(since: date, until: date, *, by: str = "") -> list[Figures]:
    """The figures of these days, for each topic, operator or group, most tickets first; one line for all without."""
    rows = tickets_between(since, until).order_by()
    if not by:
        return [Figures(name="", **rows.aggregate(**_measures()))]
    names = dict(BY[by].objects.values_list("pk", "name"))
    found = rows.values(by).annotate(**_measures()).order_by("-opened", by)
    return [Figures(name=names.get(row.pop(by)), **row) for row in found]


def _measures() -> dict[str, Any]:
    return {
        "opened": Count("pk"),
        "taken": Count("taken_at"),
        "closed": Count("closed_at"),
        "solved": Count("pk", filter=Q(outcome=Ticket.Outcome.SOLVED)),
        "late": Count("late_at"),
        "waited": Avg(_span("opened_at", "taken_at")),
        "handled": Avg(_span("taken_at", "closed_at")),
        "rated": Count("rating"),
        "rating": Avg("rating"),
    }


def _span(begin: str, end: str) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(F(end) - F(begin), output_field=DurationField())
