"""Finding answers: how well, and how fast. The modules are run as they are, so Django is set up here."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.test")
django.setup()
