"""The project as an installed app: it brings the commands, and the Celery app that tasks are registered with."""

from django.apps import AppConfig


class OpenUserConfig(AppConfig):
    name = "openuser"
    verbose_name = "OpenUser"

    def ready(self) -> None:
        from openuser import celery  # noqa: F401
