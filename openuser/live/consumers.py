"""Live pages over websockets: one render until it ends, and what changed for the admin.

A socket reads the row when it opens, whenever a hint arrives (core/live_updates.py) and every few seconds besides:
a lost hint delays a page, but never leaves it waiting.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import URLRouter
from django.db import DatabaseError
from django.urls import path, re_path
from redis.exceptions import RedisError

from openuser.live.authentication import PROTOCOL, Viewer, is_same_site, offered, viewer_of
from openuser.live.render_progress import Progress, progress_of

logger = logging.getLogger(__name__)

ENDED, AWAY, ANONYMOUS, FORBIDDEN, NOT_FOUND = 1000, 1013, 4401, 4403, 4404
LOOK_EVERY = 5.0  # seconds
# What the admin may be told of, and the permission that it takes.
GROUPS = {
    "renders": "avatars.view_render",
    "messages": "conversations.view_message",
    "outbounds": "wecom.view_outbound",
    "directory": "wecom.view_directorysync",
}


class LiveSocket(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """A socket that only tells. It closes with 4401 to strangers, 4403 without the right, 1013 without a broker."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.watching: asyncio.Task[None] | None = None
        try:
            with suppress(OSError):  # the client has gone while something was being told
                await self._serve(scope, receive, send)
        finally:
            if self.watching is not None:
                self.watching.cancel()

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        except RedisError as error:
            logger.warning("A live page finds no broker.", extra={"error": type(error).__name__})
            await send({"type": "websocket.close", "code": AWAY})

    async def connect(self) -> None:
        if not is_same_site(self.scope):
            await self.close()  # before it is accepted: the handshake is answered with 403
            return
        protocols = offered(self.scope)
        await self.accept(PROTOCOL if PROTOCOL in protocols else next(iter(protocols), None))
        viewer = await viewer_of(self.scope)
        if viewer is None:
            await self.close(ANONYMOUS, "Sign in, or send a token.")
        else:
            await self.opened(viewer)

    async def opened(self, viewer: Viewer) -> None:
        raise NotImplementedError

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """What a client says changes nothing."""


class RenderSocket(LiveSocket):
    """The progress of one render: its state at once, again whenever it changes, and the end closes the socket."""

    async def opened(self, viewer: Viewer) -> None:
        self.render = int(self.scope["url_route"]["kwargs"]["pk"])
        self.news = asyncio.Event()
        self.told: object = None
        if not await viewer.may("avatars.view_render", scope="renders:read"):
            await self.close(FORBIDDEN, "This takes the right to see renders.")
            return
        await self.channel_layer.group_add("renders", self.channel_name)
        self.watching = asyncio.create_task(self._watch())

    async def live_event(self, event: dict[str, Any]) -> None:
        if event.get("id") == self.render:
            self.news.set()

    async def _watch(self) -> None:
        while True:
            self.news.clear()
            try:
                if await self._look():
                    return
            except DatabaseError as error:
                logger.warning("A live page could not read.", extra={"error": type(error).__name__})
            except OSError:
                return  # the client has gone
            with suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), LOOK_EVERY)

    async def _look(self) -> bool:
        """Tell what is new; True once there is nothing more to tell."""
        progress: Progress | None = await database_sync_to_async(progress_of)(self.render)
        if progress is None:
            await self.close(NOT_FOUND, "There is no such render.")
            return True
        if progress != self.told:
            self.told = progress
            await self.send_json({"type": "render", **asdict(progress)})
        if progress.is_final:
            await self.close(ENDED)
        return progress.is_final


class HomeSocket(LiveSocket):
    """Tells the admin which kinds of rows changed; the page then asks for itself anew."""

    async def opened(self, viewer: Viewer) -> None:
        groups = [group for group, permission in GROUPS.items() if await viewer.may(permission)]
        if not viewer.is_staff or not groups:
            await self.close(FORBIDDEN, "This is for the admin.")
            return
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)
        # Only now can nothing be missed: the page looks once more.
        await self.send_json({"type": "ready"})

    async def live_event(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "changed", "what": event["group"]})


class NowhereSocket(LiveSocket):
    """Any other address."""

    async def connect(self) -> None:
        await self.close()


sockets = AuthMiddlewareStack(
    URLRouter(
        [
            path("ws/v1/renders/<int:pk>/", RenderSocket.as_asgi()),
            path("ws/v1/home/", HomeSocket.as_asgi()),
            re_path("", NowhereSocket.as_asgi()),
        ]
    )
)
