"""Questions that a language model answers from answers and passages. After any failure the plain answer is sent."""

from conversations.delivery.causes import asked_before
from conversations.errands import worker
from conversations.errands.kinds import KINDS, Question, Result, has_moved_on
from conversations.models import Conversation, Errand
from conversations.providers.base import RemoteProvider
from conversations.replies import local_replies, plain_replies


class GroundedQuestion(Question):
    """As a question to a service, but there is an answer without it: it is asked once, and failures are not told."""

    tries_again = False

    def finish(self, conversation: Conversation, errand: Errand, result: Result) -> None:
        if result.reply:
            super().finish(conversation, errand, result)
            return
        is_late = has_moved_on(conversation, errand)
        with asked_before(provider=errand.provider, reason=result.reason):
            plain_replies.send(conversation, result.question, cid=errand.cid, now=errand.created_at, is_late=is_late)


KINDS[Errand.Kind.GROUNDED] = GroundedQuestion()


def ask(conversation: Conversation, name: str, provider: RemoteProvider, text: str, *, cid: str) -> bool:
    """Queue a question to the model; False if another source answers it, or too little was found for the model."""
    if local_replies.find(conversation, text, with_grounds=False):
        return False
    if not provider.has_ground(conversation.member, text, language=conversation.language):
        return False
    worker.ask(conversation, name, text, cid=cid, kind=Errand.Kind.GROUNDED)
    return True
