"""Computes the vector of what a member asks before the transaction that answers it, which would hold the database."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet, Subquery

from conversations.knowledge import retrieval
from conversations.machine.commands import act_for
from conversations.models import Conversation, Session, Ticket
from conversations.providers.small_talk import talk_in
from conversations.sessions import current
from wecom.messages import TextMessage
from wecom.models import Application, Member


def prepare(application: Application, user_id: str, message: TextMessage, *, now: datetime) -> None:
    """Prepare the search for a text, unless its words or the open question of a flow show that there will be none."""
    text = message.content
    is_other = message.get_command() or act_for(text) or talk_in(text)
    if is_other or len(text) > settings.CONVERSATIONS["MAX_TEXT"]:
        return
    if any(_answers(session, text, now) for session in _active(application, user_id)):
        return
    if not Ticket.objects.concerning_user(application, user_id).exists():  # else a person answers
        retrieval.prepare(text)


def _active(application: Application, user_id: str) -> QuerySet[Session]:
    """The session of a member, if any, found from the member on: a join lets PostgreSQL begin with all sessions."""
    member = Member.objects.filter(corporation=application.corporation_id, user_id=user_id.lower())
    conversation = Conversation.objects.filter(application=application, member=Subquery(member.values("pk")))
    rows = Session.objects.active().filter(conversation=Subquery(conversation.values("pk"))).order_by()
    return rows.select_related("version", "conversation__member").defer("version__definition")


def _answers(session: Session, text: str, now: datetime) -> bool:
    """Whether a text is an answer to the open question, and no question of its own."""
    return not text.rstrip().endswith(("?", "？")) and current.answer_label(session, text, now=now) is not None
