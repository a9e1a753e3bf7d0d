"""Advances sessions, the runs of members through published flows. Every step is one transaction.

A step locks the conversation. On SQLite, which ignores that lock, `revision` is compared, so that two workers never
write two steps from the same position.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.utils import timezone, translation

from conversations.delivery import messages
from conversations.delivery.causes import because_of
from conversations.errands import worker
from conversations.exceptions import FlowError, SessionMoved
from conversations.flows import publication
from conversations.machine.step import step
from conversations.machine.values import (
    Act,
    Ask,
    Effect,
    HandOff,
    Machine,
    MakeVideo,
    NodeKind,
    Outcome,
    Place,
    Say,
    Step,
)
from conversations.models import Conversation, Desk, Flow, Session, Ticket
from conversations.sessions import clocks, handoff_states, questions, reasons, video_states
from conversations.sessions.current import answer_label, is_expired, machine_of
from conversations.wording import flow_texts
from core.exceptions import OpenUserError
from core.text.slot_values import is_blank
from wecom.models import Callback, Member

logger = logging.getLogger(__name__)

BACK_OFF = timedelta(minutes=15)  # of a session that cannot be stepped


@transaction.atomic
def start(
    conversation: Conversation,
    flow: Flow,
    *,
    data: Mapping[str, str] | None = None,
    cid: str,
    now: datetime | None = None,
) -> Session:
    """Start a flow for a member and interrupt a running one. Questions that `data` answers are skipped.

    Raises `FlowError` for a flow that is not published or is disabled, and for data that fits no slot.
    """
    version = flow.live
    machine = publication.readable(version)
    if version is None or machine is None or not flow.enabled:
        remedy = "Publish it." if flow.enabled else "Enable it."
        raise FlowError(f"The flow “{flow}” does not run.", code="flow_not_live", field="flow", remedy=remedy)
    now = now or timezone.now()
    given = _checked(machine, data or {}, here=clocks.local_time(conversation.member, machine, now))
    # Most callers have locked it already; for the others, two flows must not start at once.
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("application", "member")
    conversation = rows.get(pk=conversation.pk)
    running = Session.objects.active_in(conversation)
    if running is not None:
        _close_card(running)
        _write(running, status=Session.Status.INTERRUPTED, due_at=None, finished_at=now)
    session = Session.objects.create(
        version=version,
        conversation=conversation,
        data=given,
        slots=given,
        cid=cid,
        started_at=max(now, timezone.now()),
    )
    _advance(session, Act.START, cid=cid, now=now)
    return session


@transaction.atomic
def advance(session: Session, act: Act, text: str = "", *, cid: str, now: datetime | None = None) -> None:
    """Advance a session by what a member did."""
    _advance(session, act, text, cid=cid, now=now or timezone.now())


@transaction.atomic
def resume(session: Session, act: Act, *, cid: str, now: datetime | None = None) -> None:
    """Continue or restart a session that had ended."""
    _write(session, status=Session.Status.ACTIVE, finished_at=None)
    _advance(session, act, cid=cid, now=now or timezone.now())


@transaction.atomic
def stop(session: Session) -> bool:
    """End a session for an operator, without a message to the member; False if it had ended already."""
    Conversation.objects.locked(session.conversation.application, session.conversation.member)
    session.refresh_from_db()
    if not session.is_active:
        return False
    _write(session, status=Session.Status.STOPPED, due_at=None, finished_at=timezone.now())
    _close_card(session)
    worker.resume_held(session.conversation)
    return True


def remind_and_expire(*, now: datetime | None = None) -> int:
    """Send reminders and expire sessions that are due; how many. A second call does nothing."""
    now = now or timezone.now()
    # Those who talk with a person are neither reminded nor expired: their question is asked again afterwards.
    rows = Session.objects.active().filter(due_at__lte=now)
    rows = rows.exclude(conversation__in=Conversation.objects.filter(Ticket.objects.silenced()))
    due = list(rows.order_by("due_at").values_list("pk", flat=True)[:500])
    return sum(_try_due(pk, now) for pk in due)


def _try_due(pk: int, now: datetime) -> bool:
    """One due session. Its error is logged, so that the sessions after it are not blocked."""
    try:
        return _advance_due(pk, now)
    except OpenUserError as error:
        logger.warning("A session was not stepped.", extra={"session": pk, "code": error.code})
    except OperationalError:
        raise  # the database's fault, not the session's
    except Exception as error:  # noqa: BLE001  whatever is broken in it; only the kind is logged, for its text may hold answers
        fields = {"session": pk, "error": type(error).__name__, "next_try_in": BACK_OFF.total_seconds()}
        logger.error("A session cannot be stepped.", extra=fields)
        Session.objects.active().filter(pk=pk, due_at__lte=now).update(due_at=now + BACK_OFF)
    return False


@transaction.atomic
def _advance_due(pk: int, now: datetime) -> bool:
    rows = Session.objects.select_related("conversation__application", "conversation__member")
    found = rows.filter(pk=pk).first()
    if found is None:
        return False
    conversation = Conversation.objects.locked(found.conversation.application, found.conversation.member)
    session = Session.objects.active_in(conversation)
    if session is None or session.pk != pk or session.due_at is None or session.due_at > now:
        return False
    if Ticket.objects.concerning(conversation).exists():
        return False
    if _has_written(conversation.member, conversation):
        return False  # the answer is in the queue
    act = Act.EXPIRE if is_expired(session, now) else Act.REMIND
    _advance(session, act, cid=session.cid, now=now)
    return True


def _has_written(member: Member, conversation: Conversation) -> bool:
    rows = Callback.objects.filter(application=conversation.application, from_user_id=member.user_id)
    return rows.filter(status__in=Callback.UNFINISHED).exists()


def _advance(session: Session, act: Act, text: str = "", *, cid: str, now: datetime) -> None:
    machine = machine_of(session)
    here = clocks.local_time(session.conversation.member, machine, now)
    result = step(machine, _place(session), act, text, today=here.date(), now=here)
    if act == Act.SAY:
        _close_card(session, answer_label(session, text, now=now))
    elif act not in (Act.CHOOSE, Act.REMIND):  # a tap disables its card itself, and a reminder keeps it
        _close_card(session)
    _settle(session, machine, result, act, cid=cid, now=now)
    fields = {"cid": cid, "session": session.pk, "act": act, "revision": session.revision, "status": session.status}
    logger.info("A session took a step.", extra=fields)
    with translation.override(machine.language):
        for number, effect in enumerate(result.effects):
            is_last = number == len(result.effects) - 1
            with because_of(reasons.cause_of(session, act, result, number)):
                _carry_out(session, machine, effect, is_last=is_last and session.is_active, cid=cid)


def _close_card(session: Session, chosen: str | None = None) -> None:
    """Disable the card of the open question, which is answered or over."""
    if session.task_id:
        with translation.override(machine_of(session).language):
            shown = flow_texts.over() if chosen is None else flow_texts.chosen(chosen)
        questions.close_card(session.conversation, session.task_id, shown)


def _place(session: Session) -> Place:
    return Place(
        at=session.state,
        slots=session.slots,
        given=session.data,
        path=tuple(session.path),
        tries=session.tries,
        reminded=session.reminded,
    )


def _settle(session: Session, machine: Machine, result: Step, act: Act, *, cid: str, now: datetime) -> None:
    place, node = result.place, machine.node(session.state)
    answered = node.slot.name if node and node.slot else ""
    # A member has the full time for the next question, however late their answer was handled.
    asked_at = session.asked_at if act == Act.REMIND else max(now, timezone.now())
    fields = {
        "state": place.at,
        "slots": dict(place.slots),
        "sources": reasons.sources_after(session, act, place, answered=answered, cid=cid),
        "path": list(place.path),
        "tries": place.tries,
        "reminded": place.reminded,
        "asked_at": asked_at,
        "task_id": "" if act != Act.REMIND else session.task_id,
    }
    if place.outcome is None:
        due_at = _next_due(machine, place, asked_at)
        _write(session, **fields, status=Session.Status.ACTIVE, due_at=due_at)
    else:
        _write(session, **fields, status=OUTCOMES[place.outcome], due_at=None, finished_at=now)
        worker.resume_held(session.conversation)


def _next_due(machine: Machine, place: Place, asked_at: datetime) -> datetime | None:
    node = machine.node(place.at)
    if node is None or node.kind == NodeKind.HANDOFF:
        return None
    if node.remind_after and not place.reminded and node.remind_after < node.expire_after:
        return asked_at + timedelta(minutes=node.remind_after)
    return asked_at + timedelta(minutes=node.expire_after)


def _write(session: Session, **fields: object) -> None:
    """Compare and set. Raises `SessionMoved` if another worker advanced it meanwhile."""
    seen = Session.objects.filter(pk=session.pk, revision=session.revision)
    if not seen.update(**fields, revision=session.revision + 1):
        raise SessionMoved("Another worker stepped this session.", code="session_moved")
    session.revision += 1
    for name, value in fields.items():
        setattr(session, name, value)


def _carry_out(session: Session, machine: Machine, effect: Effect, *, is_last: bool, cid: str) -> None:
    conversation = session.conversation
    if isinstance(effect, Say):
        if not is_blank(effect.text):  # all its placeholders may be empty
            messages.say(conversation, effect.text, cid=cid)
    elif isinstance(effect, Ask):
        _ask(session, effect, with_card=is_last, cid=cid)
    elif isinstance(effect, HandOff):
        if not handoff_states.pass_on(session, effect, cid=cid, now=timezone.now()):
            _advance(session, Act.RESUME, cid=cid, now=timezone.now())
    elif isinstance(effect, MakeVideo):
        video_states.request_video(session, effect, machine, cid=cid)
    else:
        messages.say(conversation, flow_texts.notice(effect.notice, session.version.flow.name), cid=cid)


def _ask(session: Session, ask: Ask, *, with_card: bool, cid: str) -> None:
    with_card = with_card and ask.as_card and Desk.objects.shows_cards(session.conversation.application)
    card = questions.question_card(ask, questions.new_task_id(session.pk, session.revision)) if with_card else None
    if card is None:
        messages.say(session.conversation, questions.question_text(ask), cid=cid)
        return
    _write(session, task_id=card.task_id)
    messages.say_content(session.conversation, card, cid=cid)


def _checked(machine: Machine, data: Mapping[str, str], *, here: datetime) -> dict[str, str]:
    """The data as slots store it. Raises `FlowError` naming the field."""
    given: dict[str, str] = {}
    for name, value in data.items():
        slot = machine.slot(name)
        kept = slot.parse(str(value), today=here.date(), now=here) if slot else None
        if slot is None or kept is None:
            words = f"The value of “{name}” does not fit its slot." if slot else f"The flow has no slot “{name}”."
            names = ", ".join(sorted({node.slot.name for node in machine.nodes if node.slot}))
            remedy = f"Its slots are: {names}." if names else "It has no slots."
            raise FlowError(words, code="data_invalid", field=f"data.{name}", remedy=remedy)
        given[name] = kept
    return given


OUTCOMES = {
    Outcome.COMPLETED: Session.Status.COMPLETED,
    Outcome.CANCELLED: Session.Status.CANCELLED,
    Outcome.GAVE_UP: Session.Status.GAVE_UP,
    Outcome.EXPIRED: Session.Status.EXPIRED,
    Outcome.FAILED: Session.Status.FAILED,
}
