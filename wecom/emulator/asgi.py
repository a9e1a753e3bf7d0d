"""The emulator as an ASGI application. Set up Django before importing this."""

import asyncio
from typing import Any, cast

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponse
from django.urls import path

from wecom.emulator.gateway.transport import Application, Scope, with_connection
from wecom.emulator.pages.phone import PhoneConsumer


class Handler(ASGIHandler):
    """Django's handler without its tasks and signals, which take longer than most calls.

    Those tasks cancel a view when its caller disconnects. The platform finishes such a call, and so does this handler.
    """

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        try:
            body: Any = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            request, error_response = self.create_request(scope, body)
            try:
                response: Any = error_response if request is None else await self.run_get_response(request)
            except asyncio.CancelledError:  # the process stops while a call is waiting
                response = HttpResponse(status=503)
            await self.send_response(response, send)
            response.close()


sockets = AllowedHostsOriginValidator(URLRouter([path("emulator/ws/", PhoneConsumer.as_asgi())]))
routes = ProtocolTypeRouter({"http": Handler(), "websocket": sockets})
application = with_connection(cast(Application, routes))
