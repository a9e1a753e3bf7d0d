"""The project's management commands as an app of their own, for the emulator, which has none of the project's apps."""

from django.apps import AppConfig, apps


class CommandLineConfig(AppConfig):
    name = "openuser"
    label = "commandline"

    def import_models(self) -> None:
        """No models: the project's need apps that are not installed there."""
        self.models = apps.all_models[self.label]
