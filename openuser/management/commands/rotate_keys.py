"""`manage.py rotate_keys`: encrypts stored secrets with the newest key, so that the older ones can be removed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from openuser import key_rotation


class Command(BaseCommand):
    help = "Encrypt what is stored with the first of OPENUSER_FIELD_KEYS. May be interrupted and run again."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.FIELD_KEYS:
            raise CommandError("OPENUSER_FIELD_KEYS is empty.")
        lost = 0
        for done in key_rotation.rotate():
            self.stdout.write(f"{done.label}: {done.renewed} renewed, {done.current} had the newest key already")
            if done.lost:
                self.stdout.write(self.style.WARNING(f"  no key opens {done.lost}"))
            lost += done.lost
        if len(settings.FIELD_KEYS) > 1 and not lost:
            self.stdout.write("You can remove the older keys from OPENUSER_FIELD_KEYS and restart all processes.")
