"""`manage.py settings_reference`: writes docs/settings.md from the source of the settings."""

from django.core.management.base import BaseCommand

from openuser.management import settings_reference


class Command(BaseCommand):
    help = "Write docs/settings.md: the name, default and meaning of every setting of the environment."
    requires_system_checks = []

    def handle(self, **_: object) -> None:
        settings_reference.TARGET.write_text(settings_reference.document(), encoding="utf-8")
        self.stdout.write(f"Wrote {settings_reference.TARGET}.")
