"""App configuration."""

from django.apps import AppConfig, apps


class EmulatorConfig(AppConfig):
    name = "wecom.emulator"
    label = "emulator"
    verbose_name = "Emulator"


class CommandLineConfig(AppConfig):
    """Provides the project's management commands without the rest of its app `openuser`."""

    name = "openuser"
    label = "commandline"

    def import_models(self) -> None:
        """No models: the project's need apps that are not installed here."""
        self.models = apps.all_models[self.label]
