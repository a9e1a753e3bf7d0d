"""The face for developers: `bot` and its decorators, as in the integration guide.

Put handlers into a module `handlers` of an installed app; it is imported at start. A handler takes a message or an
event, may be sync or async, and may return a string, which is sent as the answer. The first answer that is not None
wins.
"""

from collections.abc import Callable
from typing import TypeVar

from asgiref.sync import sync_to_async

from wecom import services
from wecom.models import Outbound
from wecom.router import Handler, Incoming, router

__all__ = ["Incoming", "WeChatWorkBot", "bot", "send_text_message"]

H = TypeVar("H", bound=Handler)


class WeChatWorkBot:
    """Registers handlers. Every instance shares one registry."""

    def on_message(self, kind: str = "text", *, final: bool = False) -> Callable[[H], H]:
        """For messages of a type: "text", "image", "voice", "video", "location", "link", or "*" for any."""
        return self._register("message", kind, final=final)

    def on_event(self, name: str, *, final: bool = False) -> Callable[[H], H]:
        """For an event, like "enter_agent", "subscribe", "click", or "*" for any."""
        return self._register("event", name, final=final)

    def on_command(self, name: str, *, final: bool = False) -> Callable[[H], H]:
        """For a text that begins with a command, like "/help"."""
        return self._register("command", name, final=final)

    def _register(self, sort: str, name: str, *, final: bool) -> Callable[[H], H]:
        def decorate(handler: H) -> H:
            router.add(sort, name, handler, final=final)
            return handler

        return decorate


bot = WeChatWorkBot()


async def send_text_message(user_id: str, content: str) -> Outbound:
    """Send text to a member through the outbox of the default application; long text goes out in parts.

    Returns the last part's row. Raises `NotConfigured` where no application is connected.
    """
    return await sync_to_async(services.send_text)(user_id, content=content)
