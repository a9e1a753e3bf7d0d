"""Sessions as they stand: which one waits for a member, and what a text would mean to it."""

from datetime import datetime, timedelta

from django.utils import timezone

from conversations.flows import publication
from conversations.machine.values import Machine
from conversations.models import Conversation, Session
from conversations.sessions import questions

RESUMABLE = timedelta(days=7)


def active(conversation: Conversation) -> Session | None:
    """The session that waits for this member's answer."""
    rows = Session.objects.active().filter(conversation=conversation)
    return rows.select_related("version__flow", "conversation").first()


def resumable(conversation: Conversation, *, now: datetime) -> Session | None:
    """The member's last session, where it ran out of time a few days ago at most and none has begun since."""
    last = _last(conversation)
    if last is None or last.status != Session.Status.EXPIRED or last.finished_at is None:
        return None
    if not last.version.flow.enabled:
        return None
    return last if now - last.finished_at < RESUMABLE else None


def has_stepped_since(conversation: Conversation, task_id: str, now: datetime) -> bool:
    """Whether the session that showed this card went on after a tap on it had come, but before it was read."""
    last = _last(conversation)
    return last is not None and questions.is_of(task_id, last.pk) and now <= last.asked_at


def _last(conversation: Conversation) -> Session | None:
    rows = Session.objects.filter(conversation=conversation).select_related("version__flow", "conversation")
    return rows.order_by("-started_at", "-pk").first()


def is_late(session: Session, now: datetime) -> bool:
    """Whether the time to answer was over at that moment."""
    node = machine_of(session).node(session.state)
    return node is not None and now >= session.asked_at + timedelta(minutes=node.expire_after)


def meaning(session: Session, text: str, *, now: datetime) -> str | None:
    """What a text means as the answer to the question that waits, as people see it; None where it does not fit."""
    node = machine_of(session).node(session.state)
    value = node.slot.parse(text, today=timezone.localdate(now)) if node and node.slot else None
    return node.slot.label(value) if node and node.slot and value is not None else None


def machine_of(session: Session) -> Machine:
    """The machine it runs; an empty one, in which every step fails with a word, where nobody can read it any more."""
    flow = session.version.flow
    return publication.readable(session.version) or Machine(name=flow.name, language=flow.language, start="", nodes=())
