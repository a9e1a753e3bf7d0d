"""Imported first by the public modules of an app: raises an error with a remedy where Django has not been set up.

Without it, a script that is run by itself ends in an unrelated error of the first model.
"""

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

if not apps.apps_ready:
    raise ImproperlyConfigured(
        "Django is not set up: run the script by “python3 manage.py shell < script.py”, or set DJANGO_SETTINGS_MODULE "
        "to openuser.settings.embedded (on a server: openuser.settings.production) and call django.setup() before this "
        "import."
    )
