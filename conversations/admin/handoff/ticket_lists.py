"""The lists of the desk: tickets that are mine, wait, are open, or are closed, with the values of a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from conversations.admin.handoff.ticket_readers import Reader
from conversations.models import Message, Operator, Ticket, Topic
from core.web.admin import shorten

MINE, WAITING, ALL, CLOSED = "mine", "waiting", "all", "closed"
LISTS = {MINE: _("Mine"), WAITING: _("Unassigned"), ALL: _("All"), CLOSED: _("Closed")}
SHOWN = 60
WORDS = 60


@dataclass(frozen=True, kw_only=True)
class Row:
    """A ticket as the list shows it. `tone` is that of the time: good, warn or bad."""

    ticket: Ticket
    words: str
    unread: int
    time: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The choice of tickets: one of `LISTS`, and a topic (its key, or "" for all)."""

    name: str = MINE
    topic: str = ""

    @classmethod
    def of(cls, query: Any) -> "Choice":
        """The choice in the address; mine, if it names none that there is."""
        name, topic = query.get("list", MINE), query.get("topic", "")
        return cls(name=name if name in LISTS else MINE, topic=topic if topic.isdecimal() else "")

    @property
    def query(self) -> str:
        """The part of an address that lists the same."""
        return f"list={self.name}&topic={self.topic}" if self.topic else f"list={self.name}"


def condition(name: str, operator: Operator | None) -> Q:
    """Which tickets a list has."""
    if name == CLOSED:
        return Q(status=Ticket.Status.CLOSED)
    if name == WAITING:
        return Q(status=Ticket.Status.OPEN)
    mine = Q(operator=operator) if operator else Q(pk__in=())
    return Q(status__in=Ticket.UNFINISHED) & (mine if name == MINE else Q())


def rows_of(choice: Choice, operator: Operator | None, now: datetime, *, reader: Reader) -> list[Row]:
    """The tickets of a list: those that wait longest first, closed ones newest first. Words of those that one reads."""
    tickets = _tickets(choice).filter(condition(choice.name, operator))
    newest = ("-closed_at", "-pk") if choice.name == CLOSED else ("last_line_at", "pk")
    rows = list(tickets.order_by(*newest)[:SHOWN])
    read = reader.among(rows)
    return [_row(ticket, now, reads=ticket.pk in read) for ticket in rows]


def counts(choice: Choice, operator: Operator | None) -> list[dict[str, Any]]:
    """The lists with the number of their tickets; of closed ones it is not counted."""
    named = {name: Count("pk", filter=condition(name, operator)) for name in LISTS if name != CLOSED}
    rows = Ticket.objects.unfinished()
    numbers = (rows.filter(topic__pk=choice.topic) if choice.topic else rows).aggregate(**named)
    return [
        {"name": name, "label": label, "count": numbers.get(name), "is_shown": name == choice.name}
        for name, label in LISTS.items()
    ]


def topics() -> QuerySet[Topic]:
    """The topics that some ticket is about, to filter by."""
    return Topic.objects.filter(pk__in=Ticket.objects.exclude(topic=None).values("topic"))


def time_words(ticket: Ticket, now: datetime) -> tuple[str, str]:
    """How long the member waits for an answer, or has talked, with the tone of it."""
    if ticket.status == Ticket.Status.CLOSED:
        return duration(ticket.waited(now)), ""
    if ticket.answered_at is not None and ticket.status == Ticket.Status.ASSIGNED:
        return gettext("for %s") % duration(now - (ticket.taken_at or ticket.opened_at)), "good"
    if ticket.due_at is None:
        return duration(now - ticket.opened_at), ""
    left = ticket.due_at - now
    if left <= timedelta():
        return gettext("%s late") % duration(-left), "bad"
    return gettext("%s left") % duration(left), "warn" if left < timedelta(minutes=2) else "info"


def duration(span: timedelta) -> str:
    """A span of time in its largest unit or two."""
    minutes = int(max(span, timedelta()).total_seconds() // 60)
    if not minutes:
        return gettext("under 1 min")
    if minutes < 60:
        return ngettext("%d min", "%d min", minutes) % minutes
    if minutes < 24 * 60:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    days = minutes // (24 * 60)
    return ngettext("%d day", "%d days", days) % days


def _tickets(choice: Choice) -> Any:
    theirs = Message.objects.filter(
        application=OuterRef("conversation__application"), member=OuterRef("conversation__member")
    )
    newest = (
        theirs.filter(direction="in")
        .exclude(content__kind="event")
        .order_by("-created_at", "-pk")
        .values("content__text")[:1]
    )
    rows: Any = Ticket.objects.with_unread().annotate(newest=Subquery(newest))
    rows = rows.select_related("conversation__member", "operator", "topic", "group")
    return rows.filter(topic=choice.topic) if choice.topic else rows


def _row(ticket: Any, now: datetime, *, reads: bool) -> Row:
    text, tone = time_words(ticket, now)
    at = timezone.localtime(ticket.closed_at) if ticket.closed_at else None
    return Row(
        ticket=ticket,
        words=shorten(" ".join((ticket.newest or "").split()), WORDS) if reads else "",
        unread=int(ticket.unread) if ticket.is_unfinished else 0,
        time=f"{at:%m-%d %H:%M}" if at else text,
        tone="" if at else tone,
    )
