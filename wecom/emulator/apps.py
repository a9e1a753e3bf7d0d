"""App configuration."""

from django.apps import AppConfig


class EmulatorConfig(AppConfig):
    name = "wecom.emulator"
    label = "emulator"
    verbose_name = "Emulator"
