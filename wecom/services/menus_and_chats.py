"""Menus below the chat, and group chats that applications make."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from wecom.application import menus
from wecom.contents import Content
from wecom.models import Application, GroupChat, GroupMessage, MenuPublication, Upload
from wecom.outbox import group_chats
from wecom.outbox.enqueue import current_application, current_callback


def fetch_published_menu(application: Application | None = None) -> list[dict[str, Any]]:
    """The menu that people see now, as WeChat Work has it; [] where there is none."""
    return menus.fetch_menu(application or current_application())


def publish_menu(application: Application) -> MenuPublication:
    """Show the menu that the buttons of this application make, in place of the one before; no buttons, no menu.

    Raises `ContentError` with words for what the platform would refuse.
    """
    return menus.publish_menu(application)


def get_menu(application: Application) -> dict[str, Any]:
    """The `buttons` of the menu as they stand here, each with those below it, and the last `publication` or None."""
    return {
        "buttons": menus.menu_buttons(application),
        "publication": application.menu_publications.order_by("pk").last(),
    }


@transaction.atomic
def replace_menu(application: Application, buttons: Sequence[Mapping[str, Any]]) -> MenuPublication:
    """Other buttons in the place of all that there are, published; without any there is no menu.

    Each has a `name` and a `kind`, and a `key`, `url`, or `app_id` and `page`; one of kind "menu" has `buttons`. Raises
    `ContentError`, with the path of the field, for what the platform would refuse; then nothing has changed.
    """
    menus.replace_buttons(application, buttons)
    return menus.publish_menu(application)


def create_chat(
    name: str,
    user_ids: Sequence[str],
    *,
    owner: str = "",
    chat_id: str = "",
    application: Application | None = None,
) -> GroupChat:
    """Make a group chat of 2 to 2,000 members now; people see it once something is said in it.

    Without an `owner` it is the first. Raises `ContentError` for what the platform would refuse, and `WeComError` for
    what it says: the application must be visible to the whole company.
    """
    return group_chats.create_chat(
        application or current_application(), name=name, user_ids=user_ids, owner=owner, chat_id=chat_id
    )


def update_chat(
    chat: GroupChat, *, name: str = "", owner: str = "", add: Sequence[str] = (), remove: Sequence[str] = ()
) -> GroupChat:
    """Give a group chat another name or owner, add members or remove some, now."""
    return group_chats.update_chat(chat, name=name, owner=owner, add=add, remove=remove)


def get_chat(chat_id: str, *, application: Application | None = None) -> GroupChat:
    """A group chat of the application as WeChat Work has it. Raises `ChatGone` where there is none."""
    return group_chats.fetch_chat(application or current_application(), chat_id)


def send_to_chat(
    chat: GroupChat, content: Content, *, upload: Upload | None = None, mentions: Sequence[str] = (), cid: str = ""
) -> GroupMessage:
    """Queue a message into a group chat; `mentions` are user IDs, or "@all", that a text draws the attention of.

    What may have arrived is not sent again by itself: the platform would show it twice. Raises `ContentError` for a
    card, which group chats do not show.
    """
    callback = current_callback()
    return group_chats.send_to_chat(
        chat, content, upload=upload, mentions=mentions, cid=cid or (callback.cid if callback else "")
    )


def resend_to_chat(message: GroupMessage) -> bool:
    """A person decided: say this again in the group chat; False while it is on its way."""
    return message.restart(in_doubt=False, errcode=None)
