"""Unfinished work on the admin's home: videos and messages on their way, and members who wait too long."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from avatars.models import Render
from conversations.models import Ticket
from openuser.admin.home.home_problems import Problem
from wecom.models import Outbound

RENDERS, MESSAGES, LATE_TICKETS = "unfinished renders", "unfinished messages", "late tickets"


def sought(may: Callable[[str], bool], *, now: datetime) -> dict[str, QuerySet[Any]]:
    """The rows by name, as far as a person may see them."""
    querysets: dict[str, QuerySet[Any]] = {}
    if may("avatars.view_render"):
        querysets[RENDERS] = Render.objects.filter(status__in=Render.UNFINISHED)
    if may("wecom.view_outbound"):
        querysets[MESSAGES] = Outbound.objects.filter(status__in=Outbound.UNFINISHED)
    if may("conversations.view_ticket"):
        querysets[LATE_TICKETS] = Ticket.objects.late(now)
    return querysets


def no_problems(may: Callable[[str], bool], there: Collection[str]) -> str:
    """That there are no problems, with the finished and the unfinished work that a person may see."""
    kinds = {
        RENDERS: ("avatars.view_render", _("All videos were rendered."), _("Videos are still being made.")),
        MESSAGES: ("wecom.view_outbound", _("All messages were delivered."), _("Messages are still on their way.")),
    }
    text = _("None.")
    for name, (right, before, after) in kinds.items():
        if may(right):
            text = _("%(sentence)s %(next)s") % {"sentence": text, "next": after if name in there else before}
    return text


def late_tickets(now: datetime) -> Problem:
    """One problem for all members who should have had an answer from a person by now."""
    rows = Ticket.objects.late(now)
    count, oldest = rows.count(), rows.order_by("due_at").values_list("due_at", flat=True).first()
    return Problem(
        key="late-tickets",
        what=_("Members wait too long"),
        words=ngettext("%d member waits for a person.", "%d members wait for a person.", count) % count,
        why=_("The time in which they were promised an answer is over."),
        remedy=_("Take them over at the desk, or add operators to the group."),
        at=oldest or now,
        url=f"{reverse('desk')}?list=waiting",
        more="",
        buttons=(),
    )
