"""The part of a page with the plan for the members in a flow: its rows, and the posted choices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils import timezone

from conversations import services
from conversations.models import SessionPlan
from conversations.services import StateChoice

Choice = SessionPlan.Choice
SOON = timedelta(days=3)
LONGEST = 500
TOLD_BEFORE = 24


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """A state with its choice; `until` is local time, as the browser's field writes it."""

    impact: services.PlanImpact
    choice: str
    target: str
    until: str
    text: str
    hours: str


def rows(impacts: Iterable[services.PlanImpact], filled: QueryDict | None = None) -> list[PlanRow]:
    """The rows to show; by default members finish their version."""
    soon = timezone.localtime(timezone.now() + SOON).strftime("%Y-%m-%dT18:00")
    posted = filled or QueryDict()
    return [
        PlanRow(
            impact=impact,
            choice=posted.get(f"choice-{impact.state}", Choice.PIN),
            target=posted.get(f"target-{impact.state}", impact.suggested),
            until=posted.get(f"until-{impact.state}", soon),
            text=posted.get(f"text-{impact.state}", ""),
            hours=posted.get(f"hours-{impact.state}", str(TOLD_BEFORE)),
        )
        for impact in impacts
    ]


def chosen(impacts: Iterable[services.PlanImpact], filled: QueryDict) -> list[StateChoice]:
    """The choice; the service checks it."""
    return [
        StateChoice(
            state=row.impact.state,
            choice=Choice(row.choice) if row.choice in Choice.values else Choice.PIN,
            target=row.target,
            finish_by=_moment(row.until),
            text=row.text.strip()[:LONGEST],
            tell_hours=int(row.hours) if row.hours.strip().isdecimal() else 0,
        )
        for row in rows(impacts, filled)
    ]


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
