"""Group chats that applications make."""

from collections.abc import Sequence

from wecom.application import group_chats
from wecom.models import Application, GroupChat
from wecom.outbox.handler_context import current_application


def create_chat(
    name: str,
    user_ids: Sequence[str],
    *,
    owner: str = "",
    chat_id: str = "",
    application: Application | None = None,
) -> GroupChat:
    """Make a group chat of 2 to 2,000 members now; they see it after the first message.

    The `owner` is the first member by default. Raises `ContentError` for values that the platform would refuse, and
    `WeComError` for its answer: the application must be visible to the whole company.
    """
    return group_chats.create_chat(
        application or current_application(), name=name, user_ids=user_ids, owner=owner, chat_id=chat_id
    )


def get_chat(chat_id: str, *, application: Application | None = None) -> GroupChat:
    """A group chat of the application as WeChat Work has it. Raises `ChatGone` if there is none."""
    return group_chats.fetch_chat(application or current_application(), chat_id)
