"""What time brings to sessions: reminders, ends in silence or at the limit of the whole session, and ends of waits."""

import logging
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.utils import timezone

from conversations.machine.values import Act
from conversations.models import Conversation, Session, Ticket
from conversations.sessions import runner
from conversations.sessions.current import ended_by_time
from core.exceptions import OpenUserError
from wecom.models import Callback

logger = logging.getLogger(__name__)

BACK_OFF = timedelta(minutes=15)  # of a session that cannot be stepped
WAIT_FOR_MOMENT = timedelta(minutes=2)  # of a wait that is over while the member is in another flow, or with a person
AT_ONCE = 500


def remind_and_expire(*, now: datetime | None = None) -> int:
    """Send reminders, expire sessions and end waits that are due; how many. A second call does nothing."""
    now = now or timezone.now()
    # Those who talk with a person are neither reminded nor expired: their question is asked again afterwards.
    rows = Session.objects.unfinished().filter(due_at__lte=now)
    rows = rows.exclude(conversation__in=Conversation.objects.filter(Ticket.objects.silenced()))
    due = list(rows.order_by("due_at").values_list("pk", flat=True)[:AT_ONCE])
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
        _put_off(pk, now, BACK_OFF)
    return False


@transaction.atomic
def _advance_due(pk: int, now: datetime) -> bool:
    rows = Session.objects.select_related("conversation__application", "conversation__member")
    found = rows.filter(pk=pk).first()
    if found is None:
        return False
    conversation = Conversation.objects.locked(found.conversation.application, found.conversation.member)
    rows = Session.objects.unfinished().filter(conversation=conversation, due_at__lte=now)
    session = rows.select_related("version__flow", "conversation").filter(pk=pk).first()
    if session is None or Ticket.objects.concerning(conversation).exists():
        return False
    if has_written(conversation):
        return False  # the answer is in the queue
    act = ended_by_time(session, now)
    if not session.is_active and act is None:
        if Session.objects.active_in(conversation) is not None:
            _put_off(pk, now, WAIT_FOR_MOMENT)
            return False
        act = Act.WAKE
    runner.advance(session, act or Act.REMIND, cid=session.cid, now=now)
    return True


def _put_off(pk: int, now: datetime, pause: timedelta) -> None:
    Session.objects.unfinished().filter(pk=pk, due_at__lte=now).update(due_at=now + pause)


def has_written(conversation: Conversation) -> bool:
    """Whether an answer of the member is in the queue."""
    user_id = conversation.member.user_id
    rows = Callback.objects.filter(application=conversation.application, from_user_id=user_id)
    return rows.filter(status__in=Callback.UNFINISHED).exists()
