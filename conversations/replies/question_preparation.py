"""Computes the vector of a member's question before the transaction that answers it, which would hold the database."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from conversations.knowledge import answer_retrieval
from conversations.machine.commands import act_for
from conversations.models import Conversation, Session
from conversations.providers.small_talk import talk_in
from conversations.replies import reply_context
from conversations.sessions import current
from core.read_once import reading_once
from wecom.messages import TextMessage


@reading_once()
def prepare(rows: QuerySet[Conversation], message: TextMessage, *, now: datetime) -> Session | None:
    """Prepare the search for a text in the conversation of a query; the session that was read for that.

    Not if its words or the open question of a flow show that there will be none.
    """
    text = message.content
    is_other = message.get_command() or act_for(text) or talk_in(text)
    if is_other or len(text) > settings.CONVERSATIONS["MAX_TEXT"]:
        return None
    context = reply_context.read(rows)
    session = context.session if context is not None else None
    is_answer = session is not None and _answers(session, text, now)
    if not is_answer and (context is None or not context.is_silent):  # else a person answers
        answer_retrieval.prepare(text)
    return session


def _answers(session: Session, text: str, now: datetime) -> bool:
    """Whether a text is an answer to the open question, and no question of its own."""
    return not text.rstrip().endswith(("?", "？")) and current.answer_label(session, text, now=now) is not None
