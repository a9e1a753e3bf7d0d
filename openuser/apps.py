"""The project as an installed app, for its commands, checks, receivers and Celery app."""

import gc

import django_stubs_ext
from django.apps import AppConfig
from django.core.signals import request_started
from django.db.models.signals import post_migrate

# Hardly anything that is imported is garbage: to look for some at each 700 new objects takes a twelfth of a start. The
# studio, which holds pictures, keeps Python's own numbers.
gc.set_threshold(50_000, 20, 20)
# Lets the generic classes of Django's stubs, like ModelForm[Application], exist at run time too. The studio reads the
# settings alone, and does without the admin, the forms and the models that this imports.
django_stubs_ext.monkeypatch()


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
