"""App configuration: connects the receivers; `migrate` fills the working days of each company."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    name = "scheduling"
    verbose_name = _("Scheduling")

    def ready(self) -> None:
        from avatars import services as avatars
        from avatars.models import Render
        from scheduling import personal_data, receivers  # noqa: F401
        from scheduling.deliveries import videos_or_text

        personal_data.register_models()
        avatars.register_waiters(Render, videos_or_text.waiting)
        post_migrate.connect(fill_calendars, sender=self)


def fill_calendars(using: str, plan: Sequence[tuple[Any, bool]] = (), **_: Any) -> None:
    """A new installation and a new version of the package bring days."""
    from scheduling import services

    if using == DEFAULT_DB_ALIAS and not any(backwards for _migration, backwards in plan):
        services.fill_calendars()
