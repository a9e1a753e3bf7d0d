"""The rows that the answer to a message depends on, read in two statements at most."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from conversations.models import Conversation, KnowledgeRevision, Session, Ticket
from conversations.models.knowledge.entries import REVISION
from core.read_once import keep
from wecom.models import Application


@dataclass(frozen=True, kw_only=True)
class ReplyContext:
    """A conversation with its member and application, whether the bot is silent in it because a person answers, and the
    session that waits for an answer."""

    conversation: Conversation
    is_silent: bool
    session: Session | None


def read(rows: QuerySet[Conversation], *, known: Session | None = None) -> ReplyContext | None:
    """The context of the one conversation of a query; None if it is not there.

    A `known` session is taken as it is while its revision is that of the row: each change counts it on. The number of
    the last change to the knowledge is read along, for the search.
    """
    conversation: Any = _with_context(rows).first()
    if conversation is None:
        return None
    keep(REVISION, conversation.knowledge_revision or 0)
    active = (conversation.active_session, conversation.active_revision)
    is_same = known is not None and (known.pk, known.revision) == active
    session = known if is_same else None
    if conversation.active_session is not None and not is_same:
        session = Session.objects.active_in(conversation)
    if session is not None:
        session.conversation = conversation
    return ReplyContext(conversation=conversation, is_silent=conversation.is_silent, session=session)


def _with_context(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    active = Session.objects.active().filter(conversation=OuterRef("pk")).order_by()
    keys = (*Application.KEYS, "access_token")
    return (
        rows.select_related("member", "application__corporation")
        .defer(*(f"application__{name}" for name in keys))
        .annotate(
            is_silent=Exists(Ticket.objects.concerning_each()),
            active_session=Subquery(active.values("pk")[:1]),
            active_revision=Subquery(active.values("revision")[:1]),
            knowledge_revision=Subquery(KnowledgeRevision.objects.order_by("pk").values("number")[:1]),
        )
    )
