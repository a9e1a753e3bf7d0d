"""`manage.py backup`: database, files and keys in one encrypted archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.storage.disk import MEGABYTE
from openuser.backup import creation, passphrase, places, restoration
from openuser.backup.exceptions import BackupError
from openuser.backup.places import Place
from openuser.management.progress import Percent


class Command(BaseCommand):
    help = "Back up database, files and keys into one encrypted archive, while OpenUser runs."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", metavar="PLACE", help="a folder, or s3://bucket/folder (OPENUSER_BACKUP_TO)")
        parser.add_argument("--keep", type=int, metavar="N", help="delete all but the newest (OPENUSER_BACKUP_KEEP)")
        parser.add_argument("--without-files", action="store_true", help="leave media files out")
        parser.add_argument("--list", action="store_true", help="list the backups, and make none")
        parser.add_argument("--verify", metavar="NAME", help="read a backup to its end, and make none")
        parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="another pass phrase, to verify with")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            place = places.place_of(options["to"] or settings.BACKUP["TO"])
            if options["list"]:
                self._list(place)
            elif options["verify"]:
                self._verify(place, options["verify"], options["passphrase_file"])
            else:
                self._create(place, options)
        except FileNotFoundError as error:
            raise CommandError(f"There is no {error.filename or error}. --list names the backups.") from error
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error

    def _list(self, place: Place) -> None:
        backups = places.stored(place)
        for backup in backups:
            when = f"{timezone.localtime(backup.created_at):%Y-%m-%d %H:%M}"
            self.stdout.write(
                f"{when}  {backup.size // MEGABYTE:>8} MB  {backup.database:<10}  {backup.version}  {backup.name}"
            )
        if not backups:
            self.stdout.write("There is no backup yet.")

    def _verify(self, place: Place, name: str, file: Path | None) -> None:
        secret = passphrase.from_file(file) if file else passphrase.configured()
        about = restoration.check(place, name, passphrase=secret)
        rows, files = sum(about.rows.values()), about.count("media/")
        self.stdout.write(f"It is whole: {rows} rows in {len(about.rows)} tables, {files} files.")

    def _create(self, place: Place, options: dict[str, Any]) -> None:
        made = creation.create(
            place,
            passphrase=passphrase.configured(),
            now=timezone.now(),
            keep=settings.BACKUP["KEEP"] if options["keep"] is None else options["keep"],
            with_files=not options["without_files"],
            progress=Percent(self.stderr),
        )
        rows, files = sum(made.manifest.rows.values()), made.manifest.count("media/")
        self.stdout.write(f"{made.name}: {rows} rows, {files} files, {made.size // MEGABYTE} MB.")
        for backup in made.deleted:
            self.stdout.write(f"Deleted: {backup.name}.")
