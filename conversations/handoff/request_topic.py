"""The subject of a member's request for a person: the topic of the answer or document that they were given last."""

from datetime import datetime, timedelta
from typing import Any

from conversations.delivery.causes import Cause
from conversations.models import Answer, Conversation, Document, Message, Topic

LOOKED_BACK = timedelta(minutes=30)
SAID_BETWEEN = (Cause.COMMAND, Cause.HANDOFF, Cause.NOTICE)  # such as the offer to leave a message


def topic_asked_about(conversation: Conversation, now: datetime) -> Topic | None:
    """The topic of the bot's latest answer; None if it said anything else since."""
    sent = conversation.messages().filter(direction=Message.Direction.OUT, created_at__gt=now - LOOKED_BACK)
    causes = sent.order_by("-created_at", "-pk").values_list("cause", flat=True)[:5]
    cause: dict[str, Any] = next((earlier for earlier in causes if earlier.get("by") not in SAID_BETWEEN), {})
    if cause.get("by") == Cause.ANSWER:
        return _topic_of(Answer, cause.get("answer"))
    if cause.get("by") == Cause.PASSAGE:
        return _topic_of(Document, cause.get("document"))
    return None


def _topic_of(model: type[Answer] | type[Document], pk: Any) -> Topic | None:
    row = model._default_manager.filter(pk=pk).select_related("topic").first()
    return row.topic if row is not None else None
