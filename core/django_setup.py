"""Imported first by what programs import of an app: says what to set where Django has not been set up.

Else a script that is run by itself ends in whatever the first model happens to miss.
"""

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

if not apps.apps_ready:
    raise ImproperlyConfigured(
        "Django is not set up: run the script by “python3 manage.py shell < script.py”, or set DJANGO_SETTINGS_MODULE "
        "to openuser.settings.embedded (on a server: openuser.settings.production) and call django.setup() before this "
        "import."
    )
