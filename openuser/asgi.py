"""The site for an ASGI server: what `up` serves."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")

application = get_asgi_application()
