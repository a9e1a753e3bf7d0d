"""The emulator as an ASGI application. Django must be set up before this is imported."""

import asyncio
from typing import Any, cast

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponse
from django.urls import path

from wecom.emulator.gateway.transport import Application, Scope, with_connection
from wecom.emulator.phone.views import PhoneSocket


class Handler(ASGIHandler):
    """Django's, without the tasks and signals that cost each call more than the call itself.

    Those tasks cancel a view whose caller hangs up; the platform finishes what it has begun, and so does this.
    """

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        try:
            body: Any = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            request, refusal = self.create_request(scope, body)
            try:
                response: Any = refusal if request is None else await self.run_get_response(request)
            except asyncio.CancelledError:  # the process ends while somebody waits for something
                response = HttpResponse(status=503)
            await self.send_response(response, send)
            response.close()


sockets = AllowedHostsOriginValidator(URLRouter([path("emulator/ws/", PhoneSocket.as_asgi())]))
routes = ProtocolTypeRouter({"http": Handler(), "websocket": sockets})
application = with_connection(cast(Application, routes))
