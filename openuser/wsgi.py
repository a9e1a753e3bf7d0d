"""The WSGI application, for production: everything but websockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.production")

django_application = get_wsgi_application()

# These import models, which need Django to be set up.
from core.storage import upkeep  # noqa: E402
from wecom import services  # noqa: E402
from wecom.middleware import ByWSGI  # noqa: E402

application = ByWSGI(django_application)
upkeep.start()
services.start_reception()
