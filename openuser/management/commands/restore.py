"""`manage.py restore`: database, files and keys from a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from openuser.backup import passphrase, places, restoration
from openuser.backup.exceptions import BackupError
from openuser.backup.keys import FILE
from openuser.management.progress import Percent


class Command(BaseCommand):
    help = "Restore database, files and keys from a backup. End all processes first."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="the backup; without it the newest one")
        parser.add_argument("--from", dest="place", metavar="PLACE", help="where it lies (OPENUSER_BACKUP_TO)")
        parser.add_argument(
            "--passphrase-file", type=Path, metavar="FILE", help="its pass phrase, if it is another one"
        )
        parser.add_argument("--force", action="store_true", help="replace the database and files that are there")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["passphrase_file"]
        try:
            place = places.place_of(options["place"] or settings.BACKUP["TO"])
            name = options["name"] or _newest(place)
            secret = passphrase.from_file(file) if file else passphrase.configured()
            done = restoration.restore(
                place, name, passphrase=secret, force=options["force"], progress=Percent(self.stderr)
            )
        except FileNotFoundError as error:
            raise CommandError(f"There is no {name}. `manage.py backup --list` names them.") from error
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self._say(name, done)

    def _say(self, name: str, done: restoration.Restored) -> None:
        rows, files = sum(done.manifest.rows.values()), done.manifest.count("media/")
        self.stdout.write(f"{name}: {rows} rows, {files} files.")
        if done.other_keys:
            path = settings.VAR_DIR / FILE
            self.stdout.write(
                self.style.WARNING(
                    f"The environment sets {', '.join(done.other_keys)} otherwise. Take over the values in {path}, or "
                    "stored secrets cannot be opened."
                )
            )
        self.stdout.write(
            "Next: manage.py migrate, then manage.py doctor. Start OpenUser: it sends nothing until you confirm under "
            "Restore guard in the admin, or by manage.py release_restore_hold."
        )


def _newest(place: places.Place) -> str:
    backups = places.stored(place)
    if not backups:
        raise BackupError("There is no backup.", code="none", remedy="Name another place: --from.")
    return backups[0].name
