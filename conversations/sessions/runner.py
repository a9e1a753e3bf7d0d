"""Sessions: members' runs through published flows. Every step is one transaction that holds the conversation.

Whoever steps has locked the conversation; on SQLite, where that locks nothing, `revision` is compared, so two workers
never both write what they thought of the same moment.
"""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation

from avatars.exceptions import ScriptError
from avatars.models import DigitalHuman
from conversations import wording
from conversations.delivery import messages
from conversations.errands import worker
from conversations.exceptions import FlowError, SessionMoved
from conversations.flows import publication
from conversations.machine.step import step
from conversations.machine.values import Act, Ask, Effect, Film, Machine, Outcome, Place, Say, Step
from conversations.models import Conversation, Flow, Session
from conversations.sessions import questions, video_states
from conversations.sessions.current import active, is_late, machine_of, meaning
from conversations.videos import member_requests
from core.exceptions import OpenUserError
from core.text.slot_values import is_blank
from wecom.models import Callback, Member

logger = logging.getLogger(__name__)


@transaction.atomic
def start(
    conversation: Conversation,
    flow: Flow,
    *,
    data: Mapping[str, str] | None = None,
    cid: str,
    now: datetime | None = None,
) -> Session:
    """Begin a flow for a member, whose running one is interrupted. What `data` holds and fits is not asked again.

    Raises `FlowError` for a flow that is not published or is switched off, and for data that no slot of it takes.
    """
    version = flow.live
    machine = publication.readable(version)
    if version is None or machine is None or not flow.enabled:
        remedy = "Publish it." if flow.enabled else "Enable it."
        raise FlowError(f"The flow “{flow}” does not run.", code="flow_not_live", field="flow", remedy=remedy)
    now = now or timezone.now()
    given = _checked(machine, data or {}, today=timezone.localdate(now))
    # Whoever calls has locked it already; who has not must not find two of them beginning.
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("application", "member")
    conversation = rows.get(pk=conversation.pk)
    running = active(conversation)
    if running is not None:
        _close(running)
        _write(running, status=Session.Status.INTERRUPTED, due_at=None, finished_at=now)
    session = Session.objects.create(
        version=version,
        conversation=conversation,
        data=given,
        slots=given,
        cid=cid,
        started_at=max(now, timezone.now()),
    )
    _take(session, Act.START, cid=cid, now=now)
    return session


@transaction.atomic
def take(session: Session, act: Act, text: str = "", *, cid: str, now: datetime | None = None) -> None:
    """Step a session by what a member did."""
    _take(session, act, text, cid=cid, now=now or timezone.now())


@transaction.atomic
def revive(session: Session, act: Act, *, cid: str, now: datetime | None = None) -> None:
    """Go on with a session that had ended, or start it over."""
    _write(session, status=Session.Status.ACTIVE, finished_at=None)
    _take(session, act, cid=cid, now=now or timezone.now())


@transaction.atomic
def stop(session: Session) -> bool:
    """End a session because an operator says so; False where it had ended. The member is not told."""
    messages.conversation_of(session.conversation.application, session.conversation.member)
    session.refresh_from_db()
    if not session.is_active:
        return False
    _write(session, status=Session.Status.STOPPED, due_at=None, finished_at=timezone.now())
    _close(session)
    worker.take_up(session.conversation)
    return True


def tick(*, now: datetime | None = None) -> int:
    """Remind those who are silent, and end what waited too long. Twice does nothing. Returns how many stepped."""
    now = now or timezone.now()
    due = list(Session.objects.active().filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:500])
    return sum(_ticked(pk, now) for pk in due)


def _ticked(pk: int, now: datetime) -> bool:
    """`_tick`, which for one session that cannot be stepped must not fail all whose turn comes after it."""
    try:
        return _tick(pk, now)
    except OpenUserError as error:
        logger.warning("A session was not stepped.", extra={"session": pk, "code": error.code})
        return False


@transaction.atomic
def _tick(pk: int, now: datetime) -> bool:
    rows = Session.objects.select_related("conversation__application", "conversation__member")
    found = rows.filter(pk=pk).first()
    if found is None:
        return False
    conversation = messages.conversation_of(found.conversation.application, found.conversation.member)
    session = active(conversation)
    if session is None or session.pk != pk or session.due_at is None or session.due_at > now:
        return False
    if _has_written(conversation.member, conversation):
        return False  # the answer is here already and waits for its worker
    act = Act.EXPIRE if is_late(session, now) else Act.REMIND
    _take(session, act, cid=session.cid, now=now)
    return True


def _has_written(member: Member, conversation: Conversation) -> bool:
    rows = Callback.objects.filter(application=conversation.application, from_user_id=member.user_id)
    return rows.filter(status__in=Callback.UNFINISHED).exists()


def _take(session: Session, act: Act, text: str = "", *, cid: str, now: datetime) -> None:
    machine = machine_of(session)
    result = step(machine, _place(session), act, text, today=timezone.localdate(now))
    if act == Act.SAY:
        _close(session, meaning(session, text, now=now))
    elif act not in (Act.CHOOSE, Act.REMIND):  # a tap closes its card itself, and a reminder leaves it open
        _close(session)
    _settle(session, machine, result, act, now=now)
    fields = {"cid": cid, "session": session.pk, "act": act, "revision": session.revision, "status": session.status}
    logger.info("A session took a step.", extra=fields)
    with translation.override(machine.language):
        for number, effect in enumerate(result.effects):
            is_last = number == len(result.effects) - 1
            _carry_out(session, effect, is_last=is_last and session.is_active, cid=cid)


def _close(session: Session, chosen: str | None = None) -> None:
    """Grey the card of the question that waits, since it is answered or over."""
    if session.task_id:
        with translation.override(machine_of(session).language):
            shown = wording.over() if chosen is None else wording.chosen(chosen)
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


def _settle(session: Session, machine: Machine, result: Step, act: Act, *, now: datetime) -> None:
    place = result.place
    # However late an answer is handled, people get all their time for the question that goes out now.
    asked_at = session.asked_at if act == Act.REMIND else max(now, timezone.now())
    fields = {
        "state": place.at,
        "slots": dict(place.slots),
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
        worker.take_up(session.conversation)


def _next_due(machine: Machine, place: Place, asked_at: datetime) -> datetime | None:
    node = machine.node(place.at)
    if node is None:
        return None
    if node.remind_after and not place.reminded and node.remind_after < node.expire_after:
        return asked_at + timedelta(minutes=node.remind_after)
    return asked_at + timedelta(minutes=node.expire_after)


def _write(session: Session, **fields: object) -> None:
    """Compare and set; raises `SessionMoved` where another worker stepped it meanwhile."""
    seen = Session.objects.filter(pk=session.pk, revision=session.revision)
    if not seen.update(**fields, revision=session.revision + 1):
        raise SessionMoved("Somebody else stepped this session.", code="session_moved")
    session.revision += 1
    for name, value in fields.items():
        setattr(session, name, value)


def _carry_out(session: Session, effect: Effect, *, is_last: bool, cid: str) -> None:
    conversation = session.conversation
    if isinstance(effect, Say):
        if not is_blank(effect.text):  # its placeholders may all have come out empty
            messages.say(conversation, effect.text, cid=cid)
    elif isinstance(effect, Ask):
        _ask(session, effect, with_card=is_last, cid=cid)
    elif isinstance(effect, Film):
        _film(session, effect, cid=cid)
    else:
        messages.say(conversation, wording.notice(effect.notice, session.version.flow.name), cid=cid)


def _ask(session: Session, ask: Ask, *, with_card: bool, cid: str) -> None:
    card = questions.card(ask, questions.new_task_id(session.pk, session.revision)) if with_card else None
    if card is None:
        messages.say(session.conversation, questions.words(ask), cid=cid)
        return
    _write(session, task_id=card.task_id)
    messages.say_content(session.conversation, card, cid=cid)


def _film(session: Session, film: Film, *, cid: str) -> None:
    conversation = session.conversation
    if film.template is not None:
        video_states.film(session.version.flow.name, conversation, film, machine_of(session), cid=cid)
        return
    human = DigitalHuman.objects.filter(pk=film.digital_human).first() if film.digital_human else None
    try:
        member_requests.make_video(conversation, film.text, mode=film.mode, digital_human=human, cid=cid)
    except ScriptError as error:
        messages.say(conversation, member_requests.refusal(error, film.text), cid=cid)


def _checked(machine: Machine, data: Mapping[str, str], *, today: date) -> dict[str, str]:
    """The data in the form in which slots keep it. Raises `FlowError` naming the field."""
    given: dict[str, str] = {}
    for name, value in data.items():
        slot = machine.slot(name)
        kept = slot.parse(str(value), today=today) if slot else None
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
