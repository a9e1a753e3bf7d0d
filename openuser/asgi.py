"""The ASGI application, with websockets: `up` runs it."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")

http_application = get_asgi_application()

# These import models, which need Django to be set up.
from openuser.live import routing  # noqa: E402
from wecom.middleware import ByASGI  # noqa: E402

callbacks = ByASGI(http_application)
application = ProtocolTypeRouter(
    {"http": callbacks, "websocket": routing.websocket_application, "lifespan": callbacks.answer_lifespan}
)
