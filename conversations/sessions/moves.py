"""Moves sessions to another version of their flow, or ends them at a date of which members are told, as planned.

Each session is one transaction, so that a kill in between loses nothing: the batch goes on with those that wait. The
conversation is locked; an answer that is being handled comes first.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from conversations.delivery import messages
from conversations.delivery.causes import Cause, because
from conversations.exceptions import SessionMoved
from conversations.flows import publication
from conversations.machine.places import Act
from conversations.machine.values import Machine
from conversations.models import (
    Conversation,
    FlowVersion,
    MoveBatch,
    Session,
    SessionCaller,
    SessionMove,
    SessionPlan,
    Ticket,
)
from conversations.preferences.preference_changes import spoken_language
from conversations.sessions import clocks, plans, runner, timeouts
from conversations.sessions.current import for_member, machine_in, machine_of
from conversations.sessions.plans import Standing
from conversations.wording import flow_texts
from core.exceptions import OpenUserError
from core.work import crash_points
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

ANSWERS_FIRST = timedelta(seconds=5)
NOTICE_AGAIN = timedelta(minutes=1)
Outcome = SessionMove.Outcome


def move_sessions(pk: int, *, now: datetime | None = None) -> None:
    """Settle the sessions of a batch that wait, or tell their members before the date that it comes.

    Those whose member has just answered are tried again in a moment.
    """
    batch = MoveBatch.claim(pk, now=now)
    if batch is None:
        return
    now = now or timezone.now()
    date = batch.plan.finish_by if batch.plan.finish_by is not None and now < batch.plan.finish_by else None
    try:
        waiting = batch.moves.filter(outcome=Outcome.WAITING).order_by("pk")
        waiting = waiting.filter(told_at=None) if date else waiting
        later = 0
        for move in list(waiting.values_list("pk", flat=True)):
            later += not _try(tell if date else settle, move, now)
            crash_points.point("session.moved")
            batch.extend_lease()
        if later:
            again = min(now + NOTICE_AGAIN, date) if date else now + ANSWERS_FIRST
            batch.postpone(again, MoveBatch.Reason.ANSWERS, count_attempt=False)
        elif date:
            batch.postpone(date, MoveBatch.Reason.DATE, count_attempt=False)
        else:
            batch.settle(MoveBatch.Status.DONE)
    except LeaseLost:
        logger.info("A batch of sessions was taken over.", extra={"batch": pk})


def _try(act: Callable[[int, datetime], bool], pk: int, now: datetime) -> bool:
    """One session; its error is its outcome, so that those after it are not blocked. False to try it again."""
    try:
        return act(pk, now)
    except SessionMoved:
        return False
    except OpenUserError as error:
        logger.warning("A session was not moved.", extra={"move": pk, "code": error.code})
        return _note(pk, Outcome.FAILED, now)


@transaction.atomic
def settle(pk: int, now: datetime) -> bool:
    """Move or end one session; False if its member's answer is being handled."""
    move, session = _locked(pk)
    plan = move.batch.plan
    if not session.is_unfinished:
        return _note(pk, Outcome.OVER, now)
    standing = _standing(session, move)
    if standing is None:
        return _note(pk, Outcome.WENT_ON, now)
    if timeouts.has_written(session.conversation):
        return False
    if plan.choice == SessionPlan.Choice.FINISH:
        return _note(pk, Outcome.ENDED, now) and _end(session, plan)
    target = _target(standing, plan)
    if not target:
        return _note(pk, Outcome.WENT_ON, now)
    machine = for_member(publication.live_machine(plan.version), session)
    gone = plans.lost(machine, standing.slots)
    _note(pk, Outcome.MOVED, now, lost=gone)
    if isinstance(standing, SessionCaller):
        return _move_around(session, standing, plan.version, machine, target, gone)
    return _move(session, plan.version, machine, target, gone, now=now)


@transaction.atomic
def tell(pk: int, now: datetime) -> bool:
    """Tell a member once that their session ends at the date; False to try it again, as the bot is silent now, or, of
    a session that sleeps, as another flow waits for an answer."""
    move, session = _locked(pk)
    if not session.is_unfinished or _standing(session, move) is None:
        return True
    member, finish_by = session.conversation.member, move.batch.plan.finish_by
    if timeouts.has_written(session.conversation) or Ticket.objects.concerning(session.conversation).exists():
        return False
    if not session.is_active and Session.objects.active_in(session.conversation) is not None:
        return False
    if not SessionMove.objects.filter(pk=pk, told_at=None).update(told_at=now):
        raise SessionMoved("Another worker told this member.", code="session_moved")
    language = spoken_language(member)
    with translation.override(language), because(Cause.NOTICE, notice="ends_soon"):
        name = session.first_version.flow.name_in(language)
        until = timezone.localtime(finish_by, clocks.own_zone(member))
        words = flow_texts.ends_soon(name, until) if session.is_active else flow_texts.ends_asleep(name, until)
        messages.say(session.conversation, words, cid=session.cid)
    return True


def _locked(pk: int) -> tuple[SessionMove, Session]:
    """A move and its session, with the conversation locked."""
    move = SessionMove.objects.select_related("session__conversation", "batch__plan__version__flow").get(pk=pk)
    asked = move.session.conversation
    conversation = Conversation.objects.locked(asked.application, asked.member)
    session = Session.objects.select_related("version__flow").get(pk=move.session_id)
    session.conversation = conversation
    return move, session


def _standing(session: Session, move: SessionMove) -> Standing | None:
    """The session itself, or the flow around it that is to be moved; None if it is in neither any more."""
    if session.version_id == move.version_id:
        return session
    return session.callers.filter(version=move.version_id).first()


def _target(standing: Standing, plan: SessionPlan) -> str:
    """Where a session goes on: who has answered meanwhile is in another state, for which the plan may say it too."""
    if standing.state == plan.state:
        return plan.target
    others = SessionPlan.objects.filter(version=plan.version, state=standing.state, choice=SessionPlan.Choice.MOVE)
    return others.values_list("target", flat=True).first() or ""


def _move(
    session: Session, version: FlowVersion, machine: Machine, target: str, gone: list[str], *, now: datetime
) -> bool:
    """Take the session over, and ask its question again if that differs."""
    was, node = machine_of(session).node(session.state), machine.node(target)
    is_same = was is not None and node is not None and (was.text, was.slot) == (node.text, node.slot)
    _write(session, **_taken_along(session, version, machine, target, gone), tries=0, offered=[])
    session.refresh_from_db()
    # Who talks with a person is asked when that ends.
    if not is_same and node is not None and node.slot and not Ticket.objects.concerning(session.conversation).exists():
        with translation.override(machine.language), because(Cause.NOTICE, notice="moved"):
            known_as = machine_in(session.first_version, session).name
            messages.say(session.conversation, flow_texts.updated(known_as), cid=session.cid)
        runner.advance(session, Act.RESUME, cid=session.cid, now=now)
    return True


def _move_around(
    session: Session, caller: SessionCaller, version: FlowVersion, machine: Machine, target: str, gone: list[str]
) -> bool:
    """Take over a flow around the one that the session is in: the open question, which is in that, stays."""
    _write(session)
    session.callers.filter(pk=caller.pk).update(**_taken_along(caller, version, machine, target, gone))
    return True


def _taken_along(
    standing: Standing, version: FlowVersion, machine: Machine, target: str, gone: list[str]
) -> dict[str, Any]:
    asks = {one.key for one in machine.nodes if one.slot}
    return {
        "version": version,
        "state": target,
        "slots": {name: value for name, value in standing.slots.items() if name not in gone},
        "labels": {name: label for name, label in standing.labels.items() if name not in gone},
        "data": {name: value for name, value in standing.data.items() if name not in gone},
        "sources": {name: source for name, source in standing.sources.items() if name not in gone},
        "path": [key for key in standing.path if key in asks],
    }


def _write(session: Session, **fields: Any) -> None:
    seen = Session.objects.filter(pk=session.pk, revision=session.revision)
    if not seen.update(**fields, revision=session.revision + 1):
        raise SessionMoved("Another worker stepped this session.", code="session_moved")


def _end(session: Session, plan: SessionPlan) -> bool:
    """End the session and say so."""
    runner.stop(session)
    machine = machine_in(session.first_version, session)
    with translation.override(machine.language), because(Cause.NOTICE, notice="expired_by_plan"):
        words = plan.text or flow_texts.ended_by_plan(machine.name)
        messages.say(session.conversation, words, cid=session.cid)
    return True


def _note(pk: int, outcome: Outcome, now: datetime, *, lost: list[str] | None = None) -> bool:
    """Settle a move once; raises `SessionMoved` if another worker has."""
    waiting = SessionMove.objects.filter(pk=pk, outcome=Outcome.WAITING)
    if not waiting.update(outcome=outcome, settled_at=now, lost=lost or []):
        raise SessionMoved("Another worker moved this session.", code="session_moved")
    return True
