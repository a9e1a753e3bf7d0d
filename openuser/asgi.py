"""The site for an ASGI server, pages and websockets: what `up` serves."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")

pages = get_asgi_application()

from openuser.live import consumers  # noqa: E402 - its models exist only once Django is set up

application = ProtocolTypeRouter({"http": pages, "websocket": consumers.sockets})
