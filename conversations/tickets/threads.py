"""The chat of an operator with the application, to which cards and lines of members go."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import translation

from conversations.models import Conversation, Operator
from conversations.preferences.preference_changes import spoken_language
from wecom.models import Application


@contextmanager
def thread_of(operator: Operator | None, application: Application) -> Iterator[Conversation | None]:
    """The operator's own chat, in their language; None for one without a phone.

    It is not locked: messages there are no steps of a session, and two operators may write to each other.
    """
    member = operator.member if operator else None
    if member is None:
        yield None
        return
    language = spoken_language(member)
    conversation, _made = Conversation.objects.select_related("application", "member").get_or_create(
        application=application, member=member, defaults={"language": language}
    )
    with translation.override(language):
        yield conversation
