"""The WSGI application, for production: everything but websockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.production")

application = get_wsgi_application()
