"""Group chats of an application, made, changed and read at once. Messages into them: `wecom.outbox.group_messages`.

Sources: https://developer.work.weixin.qq.com/document/path/90245, 98913 and 98914. Only an application that the whole
company sees may make them, with its own members, and it does not receive their messages there.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from wecom.client import api
from wecom.client.handler_context import current_application
from wecom.contents.content_validation import counted
from wecom.exceptions import AmbiguousError, ApiError, ContentError
from wecom.models import Application, GroupChat

CHAT_ID = re.compile(r"[0-9A-Za-z]{1,32}")
MAX_NAME, MIN_MEMBERS, MAX_MEMBERS = 50, 2, 2000
EXISTS = 86215


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
    `WeComError` for its answer: the application must be visible to the whole company. The chat's ID is ours, so that a
    repeated call does not make a second chat.
    """
    application = application or current_application()
    members = _members("user_ids", user_ids)
    counted("user_ids", len(members), MAX_MEMBERS, least=MIN_MEMBERS)
    owner = owner.lower() or members[0]
    if owner not in members:
        raise _error("owner", "The owner is not among the members.", "Name one of them.")
    if chat_id and not CHAT_ID.fullmatch(chat_id):
        raise _error("chat_id", "The field chat_id is no name for a chat.", "Use 1 to 32 letters and digits.")
    chat = GroupChat(application=application, chat_id=chat_id or secrets.token_hex(16), name=_name(name))
    chat.owner, chat.user_ids = owner, members
    call = {"name": chat.name, "owner": owner, "userlist": members, "chatid": chat.chat_id}
    try:
        api.post(application, "appchat/create", call)
    except AmbiguousError:
        _create_again(application, call)
    chat.save()
    return chat


def update_chat(
    chat: GroupChat, *, name: str = "", owner: str = "", add: Sequence[str] = (), remove: Sequence[str] = ()
) -> GroupChat:
    """Rename a group chat, give it another owner, add or remove members, now. A repeat changes nothing."""
    call: dict[str, Any] = {"chatid": chat.chat_id}
    added, removed = _members("add", add), _members("remove", remove)
    wanted = {"name": _name(name), "owner": owner.lower(), "add_user_list": added, "del_user_list": removed}
    call |= {field: value for field, value in wanted.items() if value}
    if len(call) > 1:
        api.post(chat.application, "appchat/update", call)
    return fetch_chat(chat.application, chat.chat_id)


def get_chat(chat_id: str, *, application: Application | None = None) -> GroupChat:
    """A group chat of the application as WeChat Work has it. Raises `ChatGone` if there is none."""
    return fetch_chat(application or current_application(), chat_id)


def fetch_chat(application: Application, chat_id: str) -> GroupChat:
    """A chat as the platform has it, stored in its row. Raises `ChatGone` if there is none."""
    answer = api.get(application, "appchat/get", chatid=chat_id).get("chat_info")
    info = answer if isinstance(answer, dict) else {}
    users = info.get("userlist")
    fields = {
        "name": str(info.get("name") or "")[:MAX_NAME],
        "owner": str(info.get("owner") or "").lower(),
        "user_ids": [str(user).lower() for user in users] if isinstance(users, list) else [],
    }
    chat, _ = GroupChat.objects.update_or_create(application=application, chat_id=chat_id, defaults=fields)
    return chat


def _create_again(application: Application, call: dict[str, Any]) -> None:
    """The answer was lost: if the chat exists now, the first call worked."""
    try:
        api.post(application, "appchat/create", call)
    except ApiError as error:
        if error.errcode != EXISTS:
            raise


def _members(field: str, user_ids: Sequence[str]) -> list[str]:
    if isinstance(user_ids, str) or any(not user_id.strip() for user_id in user_ids):
        raise _error(field, f"The field {field} is no list of user IDs.", "Give a list of user IDs.")
    return list(dict.fromkeys(user_id.lower() for user_id in user_ids))


def _name(name: str) -> str:
    if len(name) > MAX_NAME:
        raise _error("name", f"The name has {len(name)} characters.", f"Shorten it to {MAX_NAME}.")
    return name.strip()


def _error(field: str, fault: str, remedy: str) -> ContentError:
    return ContentError(fault, code="invalid", field=field, remedy=remedy)
