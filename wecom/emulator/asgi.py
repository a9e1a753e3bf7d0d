"""The emulator as an ASGI application. Django must be set up before this is imported."""

from typing import cast

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.handlers.asgi import ASGIHandler
from django.urls import path

from wecom.emulator.phone import PhoneSocket
from wecom.emulator.sockets import Application, with_connection

sockets = AllowedHostsOriginValidator(URLRouter([path("emulator/ws/", PhoneSocket.as_asgi())]))
routes = ProtocolTypeRouter({"http": ASGIHandler(), "websocket": sockets})
application = with_connection(cast(Application, routes))
