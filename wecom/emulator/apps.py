"""App configuration."""

from django.apps import AppConfig, apps


class EmulatorConfig(AppConfig):
    name = "wecom.emulator"
    label = "emulator"
    verbose_name = "Emulator"


class CommandLineConfig(AppConfig):
    """Brings the project's commands without anything else that the project starts."""

    name = "openuser"
    label = "commandline"

    def import_models(self) -> None:
        """None: the project's rows need apps that are not here."""
        self.models = apps.all_models[self.label]
