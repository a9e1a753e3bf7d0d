"""Replies to a question without a language model: an answer, a quoted passage, or suggestions."""

from datetime import datetime

from conversations.delivery import messages
from conversations.delivery.causes import because_of
from conversations.models import Answer, Conversation
from conversations.replies import answers, local_replies, suggestions
from conversations.wording import chat_texts


def send(conversation: Conversation, text: str, *, cid: str, now: datetime, is_late: bool = False) -> None:
    """Answer a question. A text that comes after later messages quotes its question."""
    found = local_replies.find(conversation, text)
    if found is None:
        suggestions.offer(conversation, text, cid=cid, now=now)
        return
    conversation.note_reply(found=True)
    reply = found.reply
    if is_late and (isinstance(reply, str) or reply.kind == Answer.Kind.TEXT):
        words = reply if isinstance(reply, str) else answers.words_of(reply)
        with because_of(found.cause):
            messages.say(conversation, chat_texts.answer_to(text, words), cid=cid)
    else:
        answers.send_found(conversation, found, cid=cid)
