"""The Celery app. It only wakes workers: rows are the truth, so there is no result back end and no retry here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")

app = Celery("openuser")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
