"""Advances sessions, the runs of members through published flows. Every step is one transaction.

A step locks the conversation. On SQLite, which ignores that lock, `revision` is compared, so that two workers never
write two steps from the same position.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation

from conversations.delivery import messages
from conversations.delivery.causes import because_of
from conversations.errands import worker
from conversations.exceptions import FlowError, SessionMoved
from conversations.flows import publication
from conversations.machine.effects import Ask, CallService, Effect, Form, HandOff, MakeVideo, Notify, Say
from conversations.machine.levels import Leg, end_of
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.spoken import spoken_in
from conversations.machine.values import Machine
from conversations.models import Conversation, Desk, Flow, Session
from conversations.sessions import (
    clocks,
    current,
    entries,
    levels,
    questions,
    reasons,
)
from conversations.sessions.answers import resolutions
from conversations.sessions.current import machine_of
from conversations.sessions.effects import calls, handoff_states, sayings, video_states
from conversations.sessions.levels import Stepped
from conversations.signals import session_finished
from conversations.wording import flow_texts
from core import traces
from wecom.models import Download

logger = logging.getLogger(__name__)

MOST_HELD = 20  # texts that are answered after a call


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
    machine = spoken_in(machine, conversation.language)
    given, labels = _checked(conversation, machine, data or {}, clocks.local_time(conversation.member, [machine], now))
    # Most callers have locked it already; for the others, two flows must not start at once.
    conversation = Conversation.objects.locked(conversation.application, conversation.member)
    _interrupt(conversation, flow, now)
    started_at = max(now, timezone.now())
    session = Session.objects.create(
        version=version,
        conversation=conversation,
        data=given,
        slots=given,
        labels=labels,
        language=conversation.language,
        cid=cid,
        started_at=started_at,
        ends_at=end_of(machine, started_at),
    )
    _advance(session, Act.START, cid=cid, now=now)
    return session


@transaction.atomic
def hold(session: Session, cid: str) -> None:
    """Keep a text for the end of the call that is under way."""
    if len(session.held) < MOST_HELD:
        _write(session, held=[*session.held, cid])


@transaction.atomic
def await_file(session: Session, download: Download, *, cid: str) -> None:
    """Keep a file that is being fetched for the open question."""
    _write(session, awaited_file=download, file_cid=cid)


@transaction.atomic(savepoint=False)
def advance(session: Session, act: Act, text: str = "", *, cid: str, now: datetime | None = None) -> None:
    """Advance a session by an act of a member."""
    _advance(session, act, text, cid=cid, now=now or timezone.now())


@transaction.atomic
def resume(session: Session, act: Act, *, cid: str, now: datetime | None = None) -> None:
    """Continue or restart a session that had ended."""
    now = now or timezone.now()
    _write(session, status=Session.Status.ACTIVE, finished_at=None, ends_at=levels.take_up(session, now))
    _advance(session, act, cid=cid, now=now)


@transaction.atomic
def stop(session: Session) -> bool:
    """End a session for an operator, without a message to the member; False if it had ended already."""
    Conversation.objects.locked(session.conversation.application, session.conversation.member)
    session.refresh_from_db()
    if not session.is_unfinished:
        return False
    _write(session, status=Session.Status.STOPPED, due_at=None, finished_at=timezone.now())
    _close_card(session)
    worker.resume_held(session.conversation)
    return True


def _advance(session: Session, act: Act, text: str = "", *, cid: str, now: datetime) -> None:
    if act == Act.SAY:
        resolution, was_looked_up = current.read(session, text, now=now)
        _close_card(session, resolution.shown)
        act, text = (Act.ANSWER, resolution.to_text()) if was_looked_up else (act, text)
    elif act not in (Act.CHOOSE, Act.REMIND):  # a tap disables its card itself, and a reminder keeps it
        _close_card(session)
    with traces.span("flow step", cid=cid, session=session.pk, act=act):
        stepped = levels.take(session, act, text, cid=cid, now=now)
        _settle(session, stepped, act, now=now)
        entries.note(session, stepped.walk.legs)
    fields = {"cid": cid, "session": session.pk, "act": act, "revision": session.revision, "status": session.status}
    logger.info("A session took a step.", extra=fields)
    _carry_out_all(session, stepped, cid=cid)


def _carry_out_all(session: Session, stepped: Stepped, *, cid: str) -> None:
    """Each flow says its own in its language; the last thing of all may be a card."""
    left = len(stepped.walk.effects)
    for taken in stepped.steps:
        with translation.override(taken.leg.machine.language):
            for number, effect in enumerate(taken.leg.step.effects):
                left -= 1
                is_last = not left and session.is_active
                with because_of(reasons.cause_of(session, taken.leg, taken.sources, number)):
                    _carry_out(session, taken.leg, effect, is_last=is_last, cid=cid)


def _close_card(session: Session, chosen: str | None = None) -> None:
    """Disable the card of the open question, which is answered or over."""
    if session.task_id:
        with translation.override(machine_of(session).language):
            shown = flow_texts.over() if chosen is None else flow_texts.chosen(chosen)
        questions.close_card(session.conversation, session.task_id, shown)


def _settle(session: Session, stepped: Stepped, act: Act, *, now: datetime) -> None:
    level, outcome = stepped.innermost, stepped.walk.outcome
    place = level.place
    # A member has the full time for the next question, however late their answer was handled.
    asked_at = session.asked_at if act == Act.REMIND else max(now, timezone.now())
    fields = {
        "version": stepped.version,
        "depth": len(stepped.walk.levels) - 1,
        "state": place.at,
        "slots": dict(place.slots),
        "labels": dict(place.labels),
        "offered": [asdict(one) for one in place.offered],
        "data": dict(place.given),
        "sources": stepped.sources[-1],
        "path": list(place.path),
        "tries": place.tries,
        "reminded": place.reminded,
        "asked_at": asked_at,
        "ends_at": level.ends_at,
        "call_key": "",
        "awaited_file": session.awaited_file if act in (Act.REMIND, Act.HELP) else None,
        "held": [],
        "task_id": "" if act != Act.REMIND else session.task_id,
    }
    if outcome is None:
        status = Session.Status.ACTIVE if place.wakes_at is None else Session.Status.SLEEPING
        _write(session, **fields, status=status, due_at=_next_due(level.machine, place, asked_at, level.ends_at))
    else:
        _write(session, **fields, status=OUTCOMES[outcome], due_at=None, finished_at=now)
    levels.write_callers(session, stepped)
    if not session.is_active:
        worker.resume_held(session.conversation)


def _next_due(machine: Machine, place: Place, asked_at: datetime, ends_at: datetime | None) -> datetime | None:
    node = machine.node(place.at)
    if node is None or not node.is_timed:
        return None
    minutes = node.due_after(reminded=place.reminded)
    due_at = place.wakes_at or (asked_at + timedelta(minutes=minutes) if minutes is not None else None)
    return min(filter(None, (due_at, ends_at)), default=None)


def _interrupt(conversation: Conversation, flow: Flow, now: datetime) -> None:
    """End the running session of a member who starts a flow, and one of the same flow that sleeps."""
    rows = Session.objects.filter(conversation=conversation).select_related("version__flow", "conversation")
    for session in (*rows.active(), *rows.sleeping().begun_in(flow)):
        _close_card(session)
        _write(session, status=Session.Status.INTERRUPTED, due_at=None, finished_at=now)


def _write(session: Session, **fields: object) -> None:
    """Compare and set. Raises `SessionMoved` if another worker advanced it meanwhile."""
    seen = Session.objects.filter(pk=session.pk, revision=session.revision)
    if not seen.update(**fields, revision=session.revision + 1):
        raise SessionMoved("Another worker stepped this session.", code="session_moved")
    session.revision += 1
    for name, value in fields.items():
        setattr(session, name, value)
    if fields.get("finished_at") is not None:
        session_finished.send(Session, session=session)


def _carry_out(session: Session, leg: Leg, effect: Effect, *, is_last: bool, cid: str) -> None:
    conversation = session.conversation
    if isinstance(effect, Say):
        sayings.send(conversation, effect, cid=cid)
    elif isinstance(effect, Ask):
        _ask(session, effect, with_card=is_last, cid=cid)
    elif isinstance(effect, HandOff):
        if not handoff_states.pass_on(session, effect, cid=cid, now=timezone.now()):
            _advance(session, Act.RESUME, cid=cid, now=timezone.now())
    elif isinstance(effect, CallService):
        _write(session, call_key=calls.queue(session, effect.request, cid=cid))
    elif isinstance(effect, MakeVideo):
        video_states.request_video(session, effect, leg.machine, cid=cid)
    elif isinstance(effect, Notify):
        messages.say(conversation, flow_texts.notice(effect.notice, leg.levels[0].machine.name), cid=cid)


def _ask(session: Session, ask: Ask, *, with_card: bool, cid: str) -> None:
    may_be_card = with_card and ask.as_card and bool(ask.choices)
    with_card = may_be_card and Desk.objects.shows_cards(session.conversation.application)
    name = questions.card_name(session.pk, session.revision)
    card = questions.question_card(ask, name, cid=cid) if with_card else None
    if card is None:
        form = Form.MARKDOWN if ask.markdown else Form.TEXT
        sayings.send(session.conversation, Say(text=questions.question_text(ask), form=form), cid=cid)
        return
    _write(session, task_id=card.task_id)
    messages.say_content(session.conversation, card, cid=cid)


def _checked(
    conversation: Conversation, machine: Machine, data: Mapping[str, str], here: datetime
) -> tuple[dict[str, str], dict[str, str]]:
    """The data as slots store it, and labels of it. Raises `FlowError` naming the field."""
    given, labels = dict[str, str](), dict[str, str]()
    for name, value in data.items():
        slot = machine.slot(name)
        kept = slot.parse(str(value), today=here.date(), now=here) if slot else None
        asking = (node for node in machine.nodes if node.asks and node.slot and node.slot.name == name)
        node = next(asking, None)
        resolution = resolutions.look_up(conversation.application, node, str(value), now=here) if node else None
        if resolution is not None:
            kept = resolution.value
            labels |= {name: resolution.label} if resolution.label else {}
        if slot is None or kept is None:
            words = f"The value of “{name}” does not fit its slot." if slot else f"The flow has no slot “{name}”."
            names = ", ".join(sorted({node.slot.name for node in machine.nodes if node.slot}))
            remedy = f"Its slots are: {names}." if names else "It has no slots."
            raise FlowError(words, code="data_invalid", field=f"data.{name}", remedy=remedy)
        given[name] = kept
    return given, labels


OUTCOMES = {
    Outcome.COMPLETED: Session.Status.COMPLETED,
    Outcome.CANCELLED: Session.Status.CANCELLED,
    Outcome.GAVE_UP: Session.Status.GAVE_UP,
    Outcome.EXPIRED: Session.Status.EXPIRED,
    Outcome.FAILED: Session.Status.FAILED,
}
