"""Sends an answer as its kind: text, Markdown, a card, a picture, a file or a video."""

import logging

from conversations.delivery import messages
from conversations.delivery.causes import because_of
from conversations.models import Answer, Conversation
from conversations.providers.base import FoundReply
from conversations.videos import video_messages
from core.exceptions import OpenUserError

logger = logging.getLogger(__name__)


def send_found(conversation: Conversation, found: FoundReply, *, cid: str) -> None:
    """Send the reply of a provider, with its evidence."""
    with because_of(found.cause):
        send(conversation, found.reply, cid=cid)


def send(conversation: Conversation, reply: str | Answer, *, cid: str) -> None:
    """Send a reply. One that cannot be sent as its kind, such as a missing file, is sent as its words."""
    if isinstance(reply, str):
        messages.say(conversation, reply, cid=cid)
        return
    try:
        _send(conversation, reply, cid)
    except (OpenUserError, OSError) as error:
        logger.warning(
            "An answer was sent as text.", extra={"cid": cid, "answer": reply.pk, "error": type(error).__name__}
        )
        messages.say(conversation, words_of(reply), cid=cid)


def words_of(answer: Answer) -> str:
    """An answer as text; of a card with its address."""
    lines = (answer.title, answer.answer, answer.url if answer.kind == Answer.Kind.CARD else "")
    return "\n".join(line for line in lines if line.strip()) or answer.question


def _send(conversation: Conversation, answer: Answer, cid: str) -> None:
    content = answer.content()
    if content is not None:
        messages.say_content(conversation, content, cid=cid)
    elif answer.file and answer.kind != Answer.Kind.TEXT:
        messages.say_stored_file(conversation, str(answer.kind), str(answer.file.name), cid=cid)
        if answer.answer.strip():
            messages.say(conversation, answer.answer, cid=cid)
    elif answer.kind == Answer.Kind.VIDEO:
        video_messages.say_video(conversation, answer.answer, cid=cid)
    else:
        messages.say(conversation, answer.answer, cid=cid)
