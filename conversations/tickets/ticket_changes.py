"""The changes of a ticket, in their order; open pages are told."""

from datetime import datetime

from conversations.models import Operator, OperatorGroup, Ticket, TicketChange
from core.live_updates import publish_change

Kind = TicketChange.Kind


def record(
    ticket: Ticket,
    kind: Kind,
    *,
    by: Operator | None = None,
    to: Operator | None = None,
    group: OperatorGroup | None = None,
    text: str = "",
    at: datetime,
) -> TicketChange:
    """Write down a change, and tell the desk's pages."""
    publish_change("tickets", str(kind), id=ticket.pk)
    return TicketChange.objects.create(ticket=ticket, kind=kind, by=by, to=to, group=group, text=text, at=at)
