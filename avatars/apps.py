"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AvatarsConfig(AppConfig):
    name = "avatars"
    verbose_name = _("Digital humans")

    def ready(self) -> None:
        from avatars import checks, personal_data, services  # noqa: F401

        personal_data.register_models()
        services.register_upkeep()
