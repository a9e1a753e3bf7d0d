"""How many members are in each state of a version, went through it, and gave up there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count

from conversations.machine.edges import On
from conversations.models import FlowVersion, Session, SessionCaller, StateEntry
from conversations.models.sessions import SessionQuerySet

Way = tuple[str, On, str]
GAVE_UP = (Session.Status.EXPIRED, Session.Status.GAVE_UP, Session.Status.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts by the key of a state, and of each way between two; `began` is how many sessions there were."""

    began: int = 0
    here: Mapping[str, int] = field(default_factory=dict)
    entered: Mapping[str, int] = field(default_factory=dict)
    gave_up: Mapping[str, int] = field(default_factory=dict)
    ways: Mapping[Way, int] = field(default_factory=dict)


def of_version(version: FlowVersion, *, since: datetime | None = None) -> Figures:
    """The figures of a version; running sessions count whenever they began.

    Those in a sub-flow are in the state that runs it, too. Three statements over indexes that hold all they read, for
    any number of sessions.
    """
    ended = _of_interest(since).filter(version=version)
    entries = StateEntry.objects.filter(version=version)
    entries = entries.filter(at__gte=since) if since else entries
    around = SessionCaller.objects.filter(version=version, session__in=_of_interest(since))
    here: dict[str, int] = {}
    gave_up: dict[str, int] = {}
    own = ended.order_by().values_list("status", "state").annotate(count=Count("pk"))
    below = around.order_by().values_list("session__status", "state").annotate(count=Count("pk"))
    for status, state, count in (*own, *below):
        found = here if status == Session.Status.ACTIVE else gave_up
        found[state] = found.get(state, 0) + count
    entered: dict[str, int] = {}
    ways: dict[Way, int] = {}
    for source, on, state, count in entries.order_by().values_list("source", "on", "state").annotate(count=Count("pk")):
        entered[state] = entered.get(state, 0) + count
        ways[source, On(on), state] = count
    began = sum(count for (source, _on, _state), count in ways.items() if not source)
    return Figures(began=began, here=here, entered=entered, gave_up=gave_up, ways=ways)


def _of_interest(since: datetime | None) -> SessionQuerySet:
    """Sessions that are somewhere now, or gave up since then."""
    sessions = Session.objects.filter(status__in=(Session.Status.ACTIVE, *GAVE_UP))
    if since is None:
        return sessions
    return sessions.filter(finished_at__gte=since) | sessions.filter(status=Session.Status.ACTIVE)
