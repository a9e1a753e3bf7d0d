"""`manage.py import_flows FILE`: take over what a file holds, or only say what that would do."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from conversations import services
from conversations.services import Imported
from core.exceptions import OpenUserError
from core.interchange.flaws import FileRefused


class Command(BaseCommand):
    """Prints a line for each entry. With an error nothing is taken over."""

    help = "Take over the flows, answers and documents of a YAML or ZIP. Of flows it changes the drafts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file of export_flows, or one that you wrote")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *, file: Path, dry_run: bool, **_: object) -> None:
        try:
            found = services.import_file(file.read_bytes(), dry_run=dry_run)
        except FileRefused as error:
            for flaw in error.flaws:
                where = f"line {flaw.line}: " if flaw.line else ""
                self.stderr.write(f"{where}{flaw.place}: {flaw.words} {flaw.remedy}")
            raise CommandError(f"Nothing was imported: {len(error.flaws)} errors.") from error
        except (OSError, OpenUserError) as error:
            raise CommandError(f"Nothing was imported: {error}") from error
        for one in found:
            self._tell(one)
        self.stdout.write("Nothing was kept (--dry-run)." if dry_run else "Done.")

    def _tell(self, one: Imported) -> None:
        self.stdout.write(f"{one.verdict:8}{one.kind:9} {one.name}")
        for change in one.differences:
            self.stdout.write(f"          {change.path}: {change.before!r} → {change.after!r}")
        for problem in one.problems:
            self.stdout.write(f"          before publishing: {problem}")
