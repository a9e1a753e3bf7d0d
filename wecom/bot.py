"""The API for developers: `bot` with its decorators, and the awaitables of the integration guide.

Put handlers into a module `handlers` of an installed app; it is imported at start. A handler takes a message or an
event, may be sync or async, and may return a string, or any value of `wecom.contents`, which is sent as the answer. The
first answer that is not None wins. The awaitables work inside a handler and outside of one (`asyncio.run`); for sync
code each has a plain function in `wecom.services`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from asgiref.sync import sync_to_async

import core.django_setup  # noqa: F401 - says what is missing
from wecom import services
from wecom.application.info import ApplicationProfile
from wecom.callbacks.router import Handler, Incoming, Preparation, router
from wecom.client.access_tokens import get_access_token
from wecom.contents import Article, Card, Content, Item, MiniProgramNotice, Page
from wecom.messages import Event
from wecom.models import CardUpdate, GroupChat, GroupMessage, Outbound, Recall

__all__ = [
    "Incoming",
    "WeChatWorkBot",
    "add_tag_users",
    "bot",
    "create_chat",
    "create_tag",
    "delete_tag",
    "delete_tag_users",
    "download_media",
    "get_access_token",
    "get_agent_info",
    "get_chat",
    "get_company_tags",
    "get_department_users",
    "get_departments",
    "get_tag_users",
    "get_user_info",
    "recall_message",
    "send_card",
    "send_file_message",
    "send_image_message",
    "send_markdown_message",
    "send_message",
    "send_mini_program_notice",
    "send_mpnews_message",
    "send_news_message",
    "send_text_card",
    "send_text_message",
    "send_to_chat",
    "send_video_message",
    "send_voice_message",
    "update_card",
    "update_chat",
    "update_tag",
    "upload_article_image",
    "upload_file",
    "upload_image",
    "upload_video",
    "upload_voice",
]

H = TypeVar("H", bound=Handler)


class WeChatWorkBot:
    """Registers handlers. Every instance shares one registry.

    While a person answers a member, only handlers with `always=True` are asked.
    """

    def on_message(
        self, kind: str = "text", *, final: bool = False, always: bool = False, prepare: Preparation | None = None
    ) -> Callable[[H], H]:
        """For messages of a type: "text", "image", "voice", "video", "location", "link", or "*" for any."""
        return self._register("message", kind, final=final, always=always, prepare=prepare)

    def on_event(self, name: str, *, final: bool = False, always: bool = False) -> Callable[[H], H]:
        """For an event, like "enter_agent", "subscribe", "click", or "*" for any."""
        return self._register("event", name, final=final, always=always)

    def on_command(self, name: str, *, final: bool = False, always: bool = False) -> Callable[[H], H]:
        """For a text that begins with a command, like "/help"."""
        return self._register("command", name, final=final, always=always)

    def _register(
        self, sort: str, name: str, *, final: bool, always: bool, prepare: Preparation | None = None
    ) -> Callable[[H], H]:
        def decorate(handler: H) -> H:
            router.add(sort, name, handler, final=final, always=always, prepare=prepare)
            return handler

        return decorate


bot = WeChatWorkBot()


async def send_text_message(user_id: str, content: str) -> Outbound:
    """Send text to a member through the outbox; long text goes out in parts.

    Like all of these it uses the application of the handler's callback, or the default one outside a handler, and
    returns the row that a worker delivers. Raises `NotConfigured` if no application is connected, and `ContentError`
    for a message that the platform would refuse.
    """
    return await sync_to_async(services.send_text)(user_id, content=content)


async def send_image_message(user_id: str, media_id: str) -> Outbound:
    """Send a picture by the media ID of `upload_image`."""
    return await sync_to_async(services.send_image)(user_id, media_id=media_id)


async def send_voice_message(user_id: str, media_id: str) -> Outbound:
    """Send a recording by the media ID of `upload_voice`."""
    return await sync_to_async(services.send_voice)(user_id, media_id=media_id)


async def send_video_message(user_id: str, media_id: str, title: str = "", description: str = "") -> Outbound:
    """Send a video by the media ID of `upload_video`. The words are cut at 128 and 512 bytes."""
    return await sync_to_async(services.send_video)(user_id, media_id=media_id, title=title, description=description)


async def send_file_message(user_id: str, media_id: str) -> Outbound:
    """Send a file by the media ID of `upload_file`."""
    return await sync_to_async(services.send_file)(user_id, media_id=media_id)


async def send_text_card(user_id: str, title: str, description: str, url: str, btn_text: str = "") -> Outbound:
    """Send a card with a link; the button says "Details" unless you give it a text."""
    return await sync_to_async(services.send_text_card)(
        user_id, title=title, description=description, url=url, btn_text=btn_text
    )


async def send_markdown_message(user_id: str, content: str) -> Outbound:
    """Send Markdown; parts that WeChat Work cannot show (lists, tables, pictures …) become the nearest that it can."""
    return await sync_to_async(services.send_markdown)(user_id, content=content)


async def send_news_message(user_id: str, articles: Sequence[Article]) -> Outbound:
    """Send 1 to 8 headlines that lead somewhere: `[Article(title=…, url=…, picture_url=…)]`."""
    return await sync_to_async(services.send_news)(user_id, articles=articles)


async def send_mpnews_message(user_id: str, pages: Sequence[Page], safe: int = 0) -> Outbound:
    """Send 1 to 8 pages that WeChat Work keeps: `[Page(title=…, thumb_media_id=await upload_image(…), content=…)]`."""
    return await sync_to_async(services.send_mpnews)(user_id, pages=pages, safe=safe)


async def send_mini_program_notice(
    user_id: str, app_id: str, title: str, page: str = "", description: str = "", items: Sequence[Item] = ()
) -> Outbound:
    """Send a notice that opens a mini-program, with up to 10 lines: `items=[Item(name=…, value=…)]`."""
    notice = MiniProgramNotice(app_id=app_id, title=title, page=page, description=description, items=tuple(items))
    return await sync_to_async(services.send_mini_program_notice)(user_id, notice=notice)


async def send_card(user_id: str, card: Card) -> Outbound:
    """Send a `TextNoticeCard`, `NewsNoticeCard`, `ButtonCard`, `VoteCard` or `MultipleCard` of `wecom.contents`."""
    return await sync_to_async(services.send_card)(user_id, card=card)


async def update_card(event: Event, shown: str | Card, greyed: str = "", *, everybody: bool = False) -> CardUpdate:
    """Change a card for the member who just pressed it: a greyed text replaces its buttons, or a card replaces it.

    `await update_card(event, "Approved")`, or `await update_card(event, ButtonCard(…))`; `greyed` replaces
    the new card's buttons; `everybody` changes it for all its recipients. Once for each press, within 72 hours.
    """
    text, card = (shown, None) if isinstance(shown, str) else (greyed, shown)
    user_id = "@all" if everybody else event.from_user_id
    application = await sync_to_async(services.current_application)()
    return await sync_to_async(services.update_card)(
        application, response_code=event.response_code, user_id=user_id, text=text, card=card
    )


async def recall_message(outbound: Outbound) -> Recall:
    """Recall a message that one of these functions sent, within 24 hours."""
    return await sync_to_async(services.recall)(outbound)


async def send_message(user_id: str, content: Content) -> Outbound:
    """Send a message of any kind, as `wecom.contents` has them: `Text(content=…, safe=True)`."""
    return await sync_to_async(services.send_message)(user_id, content=content)


async def upload_image(file_path: str | Path) -> str:
    """Upload a JPG or PNG of up to 10 MB; its media ID."""
    return await sync_to_async(services.upload_image)(file_path)


async def upload_voice(file_path: str | Path) -> str:
    """Upload an AMR recording of up to 2 MB and 60 seconds; its media ID."""
    return await sync_to_async(services.upload_voice)(file_path)


async def upload_video(file_path: str | Path) -> str:
    """Upload an MP4; its media ID, for `send_video_message`.

    The function waits while a video of more than 10 MB is compressed. A video that stays too large is sent as a file of
    up to 20 MB, else as a link to a page where the member can watch it.
    """
    return await services.upload_video_async(file_path)


async def upload_file(file_path: str | Path) -> str:
    """Upload any file of up to 20 MB; its media ID."""
    return await sync_to_async(services.upload_file)(file_path)


async def upload_article_image(file_path: str | Path) -> str:
    """Upload a JPG or PNG of up to 2 MB for the text of an article; its address, which never expires."""
    return await sync_to_async(services.upload_article_image)(file_path)


async def download_media(media_id: str, kind: str = "") -> Path:
    """The file that a member sent, by the media ID of their message: `await download_media(message.media_id)`."""
    return await sync_to_async(services.download_media)(media_id, kind=kind)


async def create_chat(name: str, user_ids: Sequence[str], owner: str = "") -> GroupChat:
    """Make a group chat of 2 to 2,000 members; members see it with its first message."""
    return await sync_to_async(services.create_chat)(name, user_ids, owner=owner)


async def update_chat(
    chat: GroupChat, name: str = "", owner: str = "", add: Sequence[str] = (), remove: Sequence[str] = ()
) -> GroupChat:
    """Give a group chat another name or owner, add members or remove some."""
    return await sync_to_async(services.update_chat)(chat, name=name, owner=owner, add=add, remove=remove)


async def get_chat(chat_id: str) -> GroupChat:
    """A group chat of the application, as WeChat Work has it."""
    return await sync_to_async(services.get_chat)(chat_id)


async def send_to_chat(chat: GroupChat, content: Content, mentions: Sequence[str] = ()) -> GroupMessage:
    """Write into a group chat: `await send_to_chat(chat, Text(content="…"), mentions=["@all"])`."""
    return await sync_to_async(services.send_to_chat)(chat, content, mentions=mentions)


async def get_agent_info() -> ApplicationProfile:
    """The application as the console knows it: `name`, `closed`, and `users`, `departments`, `tags` that may see it."""
    return await sync_to_async(services.get_agent_info)()


async def get_user_info(user_id: str) -> dict[str, Any]:
    """The platform's data of a member: `userid`, `name`, `department`, `position`, `status` …"""
    return await sync_to_async(services.get_user_info)(user_id)


async def get_department_users(department_id: int) -> list[dict[str, Any]]:
    """The visible members of a department: `userid`, `name`, `department` of each."""
    return await sync_to_async(services.get_department_users)(department_id)


async def get_departments(department_id: int | None = None) -> list[dict[str, Any]]:
    """The departments that the application sees, or those below one: `id`, `name`, `parentid`, `order` of each."""
    return await sync_to_async(services.get_departments)(department_id)


async def get_company_tags() -> list[dict[str, Any]]:
    """The tags of the company: `tagid`, `tagname` of each."""
    return await sync_to_async(services.get_company_tags)()


async def get_tag_users(tag_id: int) -> list[dict[str, Any]]:
    """The visible members with a tag: `userid`, `name` of each."""
    return await sync_to_async(services.get_tag_users)(tag_id)


async def create_tag(name: str, tag_id: int | None = None) -> int:
    """A new tag; its number. Only the application that made a tag may change it."""
    return await sync_to_async(services.create_tag)(name, tag_id=tag_id)


async def update_tag(tag_id: int, name: str) -> None:
    """Another name for a tag."""
    await sync_to_async(services.update_tag)(tag_id, name)


async def delete_tag(tag_id: int) -> None:
    """Delete a tag."""
    await sync_to_async(services.delete_tag)(tag_id)


async def add_tag_users(tag_id: int, user_ids: Sequence[str]) -> list[str]:
    """Give a tag to members; the user IDs that could not have it."""
    return await sync_to_async(services.add_tag_users)(tag_id, user_ids)


async def delete_tag_users(tag_id: int, user_ids: Sequence[str]) -> list[str]:
    """Take a tag from members; the user IDs that did not have it."""
    return await sync_to_async(services.delete_tag_users)(tag_id, user_ids)
