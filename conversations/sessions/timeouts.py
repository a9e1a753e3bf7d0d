"""Time-outs of sessions: reminders, ends in silence or at the limit of the whole session, and ends of waits."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from conversations.machine.places import Act
from conversations.models import Conversation, Session, Ticket
from conversations.sessions import runner
from conversations.sessions.current import ended_by_time
from core.exceptions import OpenUserError
from wecom.models import Callback

logger = logging.getLogger(__name__)

BACK_OFF = timedelta(minutes=15)  # of a session that cannot be stepped
WAIT_FOR_MOMENT = timedelta(minutes=2)  # of a wait that is over while the member is in another flow, or with a person
MOST = 10_000  # sessions of a call
BATCH = 25  # sessions of a transaction, whose members wait for its end with what they write


def remind_and_expire(*, now: datetime | None = None) -> int:
    """Send reminders, expire sessions and end waits that are due; how many. A second call does nothing.

    Those of one moment, as all waits until 18:00, go in batches until the next call is near, which goes on.
    """
    ends_at = time.monotonic() + settings.SWEEP_SECONDS * 0.8
    now = now or timezone.now()
    # Those who talk with a person are neither reminded nor expired: their question is asked again afterwards.
    rows = Session.objects.unfinished().filter(due_at__lte=now)
    rows = rows.exclude(conversation__in=Conversation.objects.filter(Ticket.objects.silenced()))
    due, count = list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:MOST]), 0
    for first in range(0, len(due), BATCH):
        count += _advance_batch(due[first : first + BATCH], now)
        if time.monotonic() > ends_at:
            break
    return count


@transaction.atomic
def _advance_batch(pks: list[int], now: datetime) -> int:
    """Advance the due sessions of these. Rows that all of them need are read once, and written in one transaction."""
    return sum(_try_due(session, now) for session in _ready(pks, now))


def _ready(pks: list[int], now: datetime) -> list[Session]:
    """Those that are still due, their conversations locked, without members who wrote or talk with a person."""
    talks = Conversation.objects.filter(sessions__in=pks).order_by("pk").values_list("pk", flat=True)
    locked = set(talks.select_for_update(of=("self",)))
    rows = Session.objects.unfinished().filter(pk__in=pks, conversation__in=locked, due_at__lte=now)
    rows = rows.select_related("version__flow", "conversation__application", "conversation__member")
    silent = set(Conversation.objects.filter(Ticket.objects.silenced(), pk__in=locked).values_list("pk", flat=True))
    sessions = [session for session in rows.order_by("due_at", "pk") if session.conversation_id not in silent]
    written = _written([session.conversation for session in sessions])
    return [session for session in sessions if session.conversation_id not in written]


def _try_due(session: Session, now: datetime) -> bool:
    """One due session. Its error is logged, so that the sessions after it are not blocked."""
    pk = session.pk
    try:
        with transaction.atomic():
            return _advance_due(session, now)
    except OpenUserError as error:
        logger.warning("A session was not stepped.", extra={"session": pk, "code": error.code})
    except OperationalError:
        raise  # the database's fault, not the session's
    except Exception as error:  # noqa: BLE001  whatever is broken in it; only the kind is logged, for its text may hold answers
        fields = {"session": pk, "error": type(error).__name__, "next_try_in": BACK_OFF.total_seconds()}
        logger.error("A session cannot be stepped.", extra=fields)
        _put_off(pk, now, BACK_OFF)
    return False


def _advance_due(session: Session, now: datetime) -> bool:
    act = ended_by_time(session, now)
    if not session.is_active and act is None:
        if Session.objects.active_in(session.conversation) is not None:
            _put_off(session.pk, now, WAIT_FOR_MOMENT)
            return False
        act = Act.WAKE
    runner.advance(session, act or Act.REMIND, cid=session.cid, now=now)
    return True


def _put_off(pk: int, now: datetime, pause: timedelta) -> None:
    Session.objects.unfinished().filter(pk=pk, due_at__lte=now).update(due_at=now + pause)


def has_written(conversation: Conversation) -> bool:
    """Whether an answer of the member is in the queue."""
    return bool(_written([conversation]))


def _written(conversations: list[Conversation]) -> set[int]:
    """The conversations whose members' answers are in the queue."""
    talks = {(one.application_id, one.member.user_id): one.pk for one in conversations}
    rows = Callback.objects.filter(from_user_id__in={user_id for _application, user_id in talks})
    waiting = rows.filter(status__in=Callback.UNFINISHED).values_list("application", "from_user_id")
    return {talks[key] for key in waiting if key in talks}
