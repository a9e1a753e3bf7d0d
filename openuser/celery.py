"""The Celery app. It only wakes workers: rows are the truth, so there is no result back end and no retry here."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_ready

from core import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")

app = Celery("openuser")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

task_prerun.connect(logs.clear_correlation_id)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Django's LOGGING stays: Celery's own set-up would print task arguments and colours."""


@worker_ready.connect
def wake_what_waits(**_: Any) -> None:
    """A worker that starts finds what its predecessors left."""
    app.send_task("openuser.sweep", retry=False)
    if "render" in app.amqp.queues.consume_from:
        app.send_task("avatars.warm", retry=False)
