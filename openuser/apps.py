"""The project as an installed app, for its commands, checks, receivers and Celery app."""

from django.apps import AppConfig
from django.core.signals import request_started
from django.db.models.signals import post_migrate


class OpenUserConfig(AppConfig):
    name = "openuser"
    verbose_name = "OpenUser"

    def ready(self) -> None:
        # Models can be imported only now.
        from core import logs
        from openuser import celery, checks, personal_data, receivers, roles  # noqa: F401

        personal_data.register_models()
        request_started.connect(logs.clear_correlation_id)
        post_migrate.connect(roles.sync_groups, dispatch_uid="openuser.roles")
