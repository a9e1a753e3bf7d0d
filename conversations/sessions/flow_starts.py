"""Flows that wait for their moment: by day, when no other question is open, and while no stop holds messages that are
no replies.

Those of members who join a department, once for each joining, and those of an event that met an open question.
"""

import logging
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from conversations.delivery import channel
from conversations.delivery.broadcasts import in_dialogue
from conversations.exceptions import ConversationError
from conversations.models import Conversation, Flow, FlowStart
from conversations.sessions import runner
from wecom.models import Application, Callback, Department, Member, Membership

logger = logging.getLogger(__name__)

HEARD_WITHIN = timedelta(days=1)  # a flow that gets a department starts for those who joined since, not for everybody
AGAIN_AFTER = timedelta(minutes=1)
LATEST = timedelta(days=7)  # a welcome that comes later is none
BATCH = 200
MOST_LEVELS = 30  # a tree with a circle in it ends


def start_for_joined(*, now: datetime | None = None) -> int:
    """Note who has joined a department, and start the due flows; returns how many flows were started."""
    note_joined(now=now)
    return start_waiting(now=now)


def note_joined(*, now: datetime | None = None) -> int:
    """Note the starts of flows for members who have joined a department; how many. A second call does nothing."""
    now = now or timezone.now()
    flows = Flow.objects.live().filter(departments__isnull=False).distinct().prefetch_related("departments")
    return sum(_note(flow, now) for flow in flows)


def start_waiting(*, now: datetime | None = None) -> int:
    """Start the flows that are due, by day only; how many were started."""
    now = now or timezone.now()
    first, last = settings.CONVERSATIONS["TELL_FROM_HOUR"], settings.CONVERSATIONS["TELL_UNTIL_HOUR"]
    if not first <= timezone.localtime(now).hour < last:
        return 0
    due = FlowStart.objects.filter(status=FlowStart.Status.WAITING, due_at__lte=now).order_by("due_at", "pk")
    return sum(_start(pk, now) for pk in due.values_list("pk", flat=True)[:BATCH])


def wait_to_start(conversation: Conversation, flow: Flow, *, cid: str, now: datetime) -> None:
    """Note that a flow starts for a member when their open question is answered or rests; once, however often."""
    start = FlowStart(flow=flow, application=conversation.application, member=conversation.member, cid=cid)
    start.due_at = start.created_at = now
    FlowStart.objects.bulk_create([start], ignore_conflicts=True)


@transaction.atomic
def _note(flow: Flow, now: datetime) -> int:
    places = _with_those_below({department.pk for department in flow.departments.all()})
    known = FlowStart.objects.filter(flow=flow, member=OuterRef("member"), created_at__gt=now - HEARD_WITHIN)
    rows = Membership.objects.filter(department__in=places, joined_at__gt=now - HEARD_WITHIN, joined_at__lte=now)
    rows = rows.exclude(member__status=Member.Status.LEFT).filter(~Exists(known)).select_related("member")
    members = {row.member_id: row.member for row in rows}
    noted = 0
    for member in members.values():
        application = _application_of(member)
        if application is not None:
            cid = secrets.token_hex(8)
            start = FlowStart(flow=flow, application=application, member=member, cid=cid, due_at=now, created_at=now)
            noted += bool(FlowStart.objects.bulk_create([start], ignore_conflicts=True))
    return noted


@transaction.atomic
def _start(pk: int, now: datetime) -> bool:
    row = FlowStart.objects.select_related("application", "member").filter(pk=pk).first()
    if row is None:
        return False
    conversation = Conversation.objects.locked(row.application, row.member)
    start = FlowStart.objects.select_related("flow__live").filter(pk=pk, status=FlowStart.Status.WAITING).first()
    if start is None:
        return False
    if now - start.created_at > LATEST or start.member in Member.objects.beyond(start.application):
        FlowStart.objects.filter(pk=pk).update(status=FlowStart.Status.DROPPED)
        return False
    if _is_busy(conversation, now) or channel.pushes_are_stopped(conversation.application):
        FlowStart.objects.filter(pk=pk).update(due_at=now + AGAIN_AFTER)
        return False
    try:
        session = runner.start(conversation, start.flow, cid=start.cid, now=now)
    except ConversationError as error:  # it was switched off meanwhile
        logger.info("A flow was not started.", extra={"start": pk, "code": error.code})
        FlowStart.objects.filter(pk=pk).update(status=FlowStart.Status.DROPPED)
        return False
    FlowStart.objects.filter(pk=pk).update(status=FlowStart.Status.STARTED, session=session)
    return True


def _is_busy(conversation: Conversation, now: datetime) -> bool:
    """Whether the member was asked a question lately, talks with a person, or has a message that is not handled yet."""
    rests = now - timedelta(minutes=settings.CONVERSATIONS["DIALOGUE_RESTS_MINUTES"])
    if in_dialogue(conversation.application, [conversation.member_id], since=rests):
        return True
    rows = Callback.objects.filter(application=conversation.application, from_user_id=conversation.member.user_id)
    return rows.filter(status__in=Callback.UNFINISHED).exists()


def _application_of(member: Member) -> Application | None:
    """The application that writes to a member: the default one, else the first of their company that reaches them."""
    rows = Application.objects.filter(corporation=member.corporation_id, enabled=True, agent_id__gt=0)
    for application in rows.order_by("-is_default", "pk"):
        if not Member.objects.beyond(application).filter(pk=member.pk).exists():
            return application
    return None


def _with_those_below(pks: Collection[int]) -> set[int]:
    """Departments and all below them, a query for each level."""
    departments, level = set(pks), set(pks)
    for _turn in range(MOST_LEVELS):
        wanted = Q(pk__in=())
        for corporation, number in Department.objects.filter(pk__in=level).values_list("corporation", "number"):
            wanted |= Q(corporation=corporation, parent_number=number)
        level = set(Department.objects.existing().filter(wanted).values_list("pk", flat=True)) - departments
        if not level:
            break
        departments |= level
    return departments
