"""App configuration: every installed app's `handlers` module is imported at start."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WeComConfig(AppConfig):
    name = "wecom"
    verbose_name = _("WeChat Work")

    def ready(self) -> None:
        autodiscover_modules("handlers")
