"""The phone's page, and the socket that brings its updates."""

from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from wecom.emulator import live_updates

POLICY = (
    "default-src 'self'; img-src 'self' data: blob: http://127.0.0.1:* http://localhost:*; media-src 'self' blob:; "
    "style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


class PhoneConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Sends live updates; everything else goes over HTTP."""

    groups = [live_updates.GROUP]

    async def connect(self) -> None:
        live_updates.open_sockets.add(self)
        await super().connect()

    async def disconnect(self, code: int) -> None:
        live_updates.open_sockets.discard(self)

    async def phone_update(self, message: dict[str, Any]) -> None:
        await self.send_json(message["update"])


async def phone(request: HttpRequest) -> HttpResponse:
    """The page. Its policy blocks scripts and addresses that a message could bring in."""
    response = render(request, "emulator/phone.html")
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response


async def home(_: HttpRequest) -> HttpResponse:
    """The root of the server leads to the phone."""
    return HttpResponseRedirect("/emulator/")
