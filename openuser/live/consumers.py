"""Websocket consumers of live pages: the progress of one render, and changes for the admin.

A consumer reads the row when it opens, on every live update (core/live_updates.py) and every few seconds: a lost update
delays a page but never leaves it waiting.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError
from redis.exceptions import RedisError

from openuser.live.authentication import SUBPROTOCOL, Viewer, is_same_site, offered_subprotocols, viewer_of
from openuser.live.render_progress import RenderProgress, get_progress

logger = logging.getLogger(__name__)

ENDED, AWAY, ANONYMOUS, FORBIDDEN, NOT_FOUND = 1000, 1013, 4401, 4403, 4404
POLL_SECONDS = 5.0  # seconds
# The permission that each group of live updates requires.
GROUP_PERMISSIONS = {
    "renders": "avatars.view_render",
    "messages": "conversations.view_message",
    "outbounds": "wecom.view_outbound",
    "tickets": "conversations.view_ticket",
    "campaigns": "scheduling.view_campaign",
    "directory": "wecom.view_directorysync",
}


def subprotocol_of(scope: Any) -> str | None:
    """The subprotocol to accept of those that the client offers."""
    protocols = offered_subprotocols(scope)
    return SUBPROTOCOL if SUBPROTOCOL in protocols else next(iter(protocols), None)


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Sends and never reads. Closes with 4401 if not authenticated, 4403 if not permitted, 1013 without a broker."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.polling: asyncio.Task[None] | None = None
        try:
            with suppress(OSError):  # the client disconnected during a send
                await self._serve(scope, receive, send)
        finally:
            if self.polling is not None:
                self.polling.cancel()

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        self.accepted = False
        try:
            await super().__call__(scope, receive, send)
        except RedisError as error:
            logger.warning("A live page finds no broker.", extra={"error": type(error).__name__})
            # The broker is asked first of all. A refused handshake would say 403, as to a page of another site.
            if not self.accepted and is_same_site(scope):
                await send({"type": "websocket.accept", "subprotocol": subprotocol_of(scope)})
            await send({"type": "websocket.close", "code": AWAY})

    async def connect(self) -> None:
        if not is_same_site(self.scope):
            await self.close()  # before it is accepted: the handshake is answered with 403
            return
        self.accepted = True
        await self.accept(subprotocol_of(self.scope))
        viewer = await viewer_of(self.scope)
        if viewer is None:
            await self.close(ANONYMOUS, "Sign in, or send a token.")
        else:
            await self.authenticated(viewer)

    async def authenticated(self, viewer: Viewer) -> None:
        """Check the permission and subscribe; called once the socket is open."""
        raise NotImplementedError

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """Ignore messages of the client."""


class RenderConsumer(LiveConsumer):
    """The progress of one render: its state at once and on every change; closes when the render has finished."""

    async def authenticated(self, viewer: Viewer) -> None:
        self.render = int(self.scope["url_route"]["kwargs"]["pk"])
        self.updated = asyncio.Event()
        self.last_sent: object = None
        if not await viewer.may("avatars.view_render", scope="renders:read"):
            await self.close(FORBIDDEN, "This takes the right to see renders.")
            return
        await self.channel_layer.group_add("renders", self.channel_name)
        self.polling = asyncio.create_task(self._poll())

    async def live_event(self, event: dict[str, Any]) -> None:
        if event.get("id") == self.render:
            self.updated.set()

    async def _poll(self) -> None:
        while True:
            self.updated.clear()
            try:
                if await self._send_progress():
                    return
            except DatabaseError as error:
                logger.warning("A live page could not read.", extra={"error": type(error).__name__})
            except OSError:
                return  # the client disconnected
            with suppress(TimeoutError):
                await asyncio.wait_for(self.updated.wait(), POLL_SECONDS)

    async def _send_progress(self) -> bool:
        """Send the progress if it changed; True once the render has finished."""
        progress: RenderProgress | None = await database_sync_to_async(get_progress)(self.render)
        if progress is None:
            await self.close(NOT_FOUND, "There is no such render.")
            return True
        if progress != self.last_sent:
            self.last_sent = progress
            await self.send_json({"type": "render", **asdict(progress)})
        if progress.is_final:
            await self.close(ENDED)
        return progress.is_final


class HomeConsumer(LiveConsumer):
    """Tells a page of the admin which kinds of rows changed; the page then reloads its content."""

    async def authenticated(self, viewer: Viewer) -> None:
        groups = [group for group, permission in GROUP_PERMISSIONS.items() if await viewer.may(permission)]
        if not viewer.is_staff or not groups:
            await self.close(FORBIDDEN, "This is for the admin.")
            return
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)
        # The page reloads once more now that no update can be missed.
        await self.send_json({"type": "ready"})

    async def live_event(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "changed", "what": event["group"]})


class NotFoundConsumer(LiveConsumer):
    """Any other address."""

    async def connect(self) -> None:
        await self.close()
