"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WeComConfig(AppConfig):
    name = "wecom"
    verbose_name = _("WeChat Work")
