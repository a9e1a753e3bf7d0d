"""App configuration: every installed app's `handlers` module is imported at start, and `migrate` reads WECHAT_*."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WeComConfig(AppConfig):
    name = "wecom"
    verbose_name = _("WeChat Work")

    def ready(self) -> None:
        from wecom import checks, platform_quirks  # noqa: F401
        from wecom.personal_data import registration

        platform_quirks.assume(settings.WECOM["ASSUMED"])
        registration.register_models()
        autodiscover_modules("handlers")
        post_migrate.connect(connect_application, sender=self)


def connect_application(using: str, plan: Sequence[tuple[Any, bool]] = (), **_: Any) -> None:
    """A server is configured by its environment: deploying it, or changing a value, ends with `migrate`."""
    from wecom import services

    if using == DEFAULT_DB_ALIAS and not any(backwards for _migration, backwards in plan):
        services.configure_from_settings()
