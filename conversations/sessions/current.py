"""Reads a session: whether it can be resumed or is expired, and whether a text answers its question."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import translation

from conversations.flows import publication
from conversations.machine.places import Act, offers_of
from conversations.machine.resolution import Resolution, resolve
from conversations.machine.spoken import spoken_in
from conversations.machine.values import Machine
from conversations.models import Conversation, FlowVersion, Session
from conversations.sessions import clocks, questions
from conversations.sessions.answers import resolutions
from core.text.slot_values import SlotType

RESUMABLE = timedelta(days=7)


def resumable(conversation: Conversation, *, now: datetime) -> Session | None:
    """The member's last session, if it expired or was given up in the last days."""
    last = _last(conversation)
    if last is None or last.status not in (Session.Status.EXPIRED, Session.Status.GAVE_UP) or last.finished_at is None:
        return None
    if not last.first_version.flow.enabled:
        return None
    return last if now - last.finished_at < RESUMABLE else None


def was_advanced_after(conversation: Conversation, task_id: str, now: datetime) -> bool:
    """Whether the session of this card advanced between a tap on it and the handling of that tap."""
    last = _last(conversation)
    return last is not None and questions.is_card_of(task_id, last.pk) and now <= last.asked_at


def _last(conversation: Conversation) -> Session | None:
    rows = Session.objects.filter(conversation=conversation).select_related("version__flow", "conversation")
    return rows.order_by("-started_at", "-pk").first()


def ended_by_time(session: Session, now: datetime) -> Act | None:
    """The part that has timed out by then: the whole session, or the time to answer; None if neither."""
    node = machine_of(session).node(session.state)
    if node is None or not node.is_timed:
        return None
    if session.ends_at is not None and now >= session.ends_at:
        return Act.TIME_OUT
    minutes = node.expires_after
    return Act.EXPIRE if minutes is not None and now >= session.asked_at + timedelta(minutes=minutes) else None


def is_calling(session: Session) -> bool:
    """Whether a call is under way, whose result it waits for."""
    return bool(session.call_key)


def read(session: Session, text: str, *, now: datetime) -> tuple[Resolution, bool]:
    """The meaning of a text as the answer to the open question, and whether that was looked up."""
    machine = machine_of(session)
    node = machine.node(session.state)
    if node is None or node.slot is None:
        return Resolution(said=text), False
    here = clocks.local_time(session.conversation.member, [machine], now)
    # As a tap, for which a name is no user ID: those are looked up.
    resolution = resolve(node.slot, offers_of(session.offered), Act.CHOOSE, text, today=here.date(), now=here)
    if resolution.value is None or node.validator:
        with translation.override(machine.language):
            looked_up = resolutions.look_up(session.conversation.application, node, text, now=here)
        if looked_up is not None:
            return looked_up, True
    if resolution.value is None or resolution.label:
        return resolution, False
    return replace(resolution, label=node.slot.label(resolution.value, language=machine.language)), False


def answer_label(session: Session, text: str, *, now: datetime) -> str | None:
    """The label of a text as the answer to the open question; None if it is no valid answer."""
    resolution, _looked_up = read(session, text, now=now)
    return resolution.shown


def is_answer(session: Session, text: str, *, now: datetime) -> bool:
    """Whether a text has to do with the open question, if only as one of several that are asked back."""
    return read(session, text, now=now)[0].is_answer


def asks_for_text(session: Session) -> bool:
    """Whether the open question takes any text."""
    node = machine_of(session).node(session.state)
    return node is not None and node.slot is not None and node.slot.type == SlotType.TEXT


def machine_of(session: Session) -> Machine:
    """The machine that it runs, in the member's language."""
    return machine_in(session.version, session)


def spoken_language(session: Session) -> str:
    """The language in which its flow speaks with the member now."""
    return machine_of(session).language


def machine_in(version: FlowVersion, session: Session) -> Machine:
    """The machine of a version that a session is in, in the member's language.

    An empty one, whose steps fail with a notice, if its format is not readable.
    """
    machine = publication.readable(version)
    if machine is None:
        return Machine(name=version.flow.name, language=version.flow.language, start="", nodes=())
    return for_member(machine, session)


def for_member(machine: Machine, session: Session) -> Machine:
    """A machine as it speaks with the member of a session: in the language that is chosen for them, else in that of
    the session's start, so that an answer in another language does not change it."""
    if not machine.translations:
        return machine
    conversation = session.conversation
    language = conversation.member.language or conversation.chosen_language or session.language
    return spoken_in(machine, language)
