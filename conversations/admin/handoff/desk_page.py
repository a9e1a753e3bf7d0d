"""The desk: the page on which operators answer members. Lists, and one ticket with its messages and its context."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext

from conversations import services
from conversations.admin.handoff import ticket_lists, ticket_readers
from conversations.admin.handoff.thread import thread_of
from conversations.models import CannedAnswer, Operator, OperatorGroup, Ticket
from core.confidentiality.access_records import record_access
from core.confidentiality.rights import may_read

EARLIER = 3  # closed tickets of the same member that are listed beside one
VIEW, ANSWER = "conversations.view_ticket", ticket_readers.ANSWER


def desk_view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The page, or with `part` in the query its live parts, for core/static/core/live_page.js."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    now = timezone.now()
    operator = Operator.objects.filter(user=request.user.pk).first()
    choice = ticket_lists.Choice.of(request.GET)
    ticket = _ticket(pk) if pk is not None else None
    context: dict[str, Any] = {
        "choice": choice,
        "lists": ticket_lists.counts(choice, operator),
        "topics": ticket_lists.topics(),
        "rows": ticket_lists.rows_of(choice, operator, now, reader=ticket_readers.Reader.of(request.user, operator)),
        "ticket": ticket,
        "may_answer": request.user.has_perm(ANSWER),
    }
    ticket_readers.record_list(request.user, context["rows"])
    if not context["rows"]:
        context |= _nothing(context["lists"])
    if ticket is not None:
        context |= _one(request, ticket, operator)
    if "part" in request.GET:
        return TemplateResponse(request, "admin/desk/live.html", context)
    context |= {**admin.site.each_context(request), "title": gettext("Operators' desk"), "canned": _canned(ticket)}
    return TemplateResponse(request, "admin/desk/page.html", context)


def _nothing(lists: list[dict[str, Any]]) -> dict[str, Any]:
    """The hint of an empty list: take a ticket, wait for one, or first say who answers."""
    return {
        "some_wait": any(ticket_list["name"] == ticket_lists.WAITING and ticket_list["count"] for ticket_list in lists),
        "has_groups": OperatorGroup.objects.filter(enabled=True).exists(),
    }


def _ticket(pk: int) -> Ticket:
    rows = Ticket.objects.select_related(
        "conversation__member__main_department",
        "conversation__application",
        "operator",
        "group",
        "topic",
        "session__version__flow",
    )
    return get_object_or_404(rows, pk=pk)


def _one(request: HttpRequest, ticket: Ticket, operator: Operator | None) -> dict[str, Any]:
    """One ticket on the page. To look at it marks its lines as read."""
    now = timezone.now()
    mine = operator is not None and ticket.operator_id == operator.pk
    reads = ticket_readers.Reader.of(request.user, operator).may_read(ticket)
    if reads:
        record_access(request.user, ticket_readers.DESK, people=[ticket.conversation.member_id])
    if reads and ticket.is_unfinished and request.user.has_perm(ANSWER) and (mine or ticket.operator is None):
        services.mark_read(ticket, now=now)
    time, tone = ticket_lists.time_words(ticket, now)
    return {
        "reads": reads,
        "reads_all": may_read(request.user),
        "thread": thread_of(ticket) if reads else [],
        "earlier": _earlier(ticket),
        "changes": ticket.changes.select_related("by", "to", "group"),
        "mine": mine,
        "time": time,
        "tone": tone,
        "days_unknown": services.ticket_due_days_unknown(ticket) if ticket.is_unfinished else "",
        "waited": ticket_lists.duration(ticket.waited(now)),
        "handled": ticket_lists.duration(span) if (span := ticket.handled(now)) is not None else "",
        "viewers": ticket_readers.others_at(ticket.pk, request.user),
        "operators": Operator.objects.filter(enabled=True).exclude(tickets=ticket),
        "groups": _groups(ticket, now),
        "may_say": ticket.is_unfinished and (mine or ticket.operator is None),
    }


def _groups(ticket: Ticket, now: datetime) -> list[tuple[int, str]]:
    """The other groups of the application, each with its reason to keep a member waiting."""
    rows: Any = OperatorGroup.objects.filter(application=ticket.conversation.application, enabled=True)
    people = Count("operators", filter=Q(operators__enabled=True))
    return [
        (row.pk, _group_words(row, row.people, now)) for row in rows.exclude(tickets=ticket).annotate(people=people)
    ]


def _group_words(group: OperatorGroup, people: int, now: datetime) -> str:
    if not people:
        return gettext("%s (no operators)") % group.name
    if not services.is_office_open(group, now):
        return gettext("%s (not there now)") % group.name
    return group.name


def _earlier(ticket: Ticket) -> QuerySet[Ticket]:
    """Earlier tickets of the member, newest first."""
    closed = ticket.conversation.tickets.filter(status=Ticket.Status.CLOSED, pk__lt=ticket.pk)
    return closed.select_related("topic", "operator").order_by("-pk")[:EARLIER]


def _canned(ticket: Ticket | None) -> list[CannedAnswer]:
    if ticket is None:
        return []
    return list(CannedAnswer.objects.for_ticket(ticket))
