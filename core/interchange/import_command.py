"""The command line that imports a file, or only prints the differences that an import would make."""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from core.exceptions import OpenUserError
from core.interchange.flaws import FileRefused


class ImportCommand(BaseCommand):
    """Prints a line for each entry. With an error nothing is taken over."""

    exported_by: ClassVar[str]
    before_use: ClassVar[str]
    """The heading of an entry's gaps, such as “before publishing”."""

    def take(self, data: bytes, *, dry_run: bool) -> Sequence[Any]:
        """The outcome of each entry: its verdict, kind, name and differences. Raises `OpenUserError`."""
        raise NotImplementedError

    def missing(self, imported: Any) -> Iterable[object]:
        """The gaps of an entry before it can be used."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=f"a file of {self.exported_by}, or one that you wrote")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *, file: Path, dry_run: bool, **_: object) -> None:
        try:
            imported = self.take(file.read_bytes(), dry_run=dry_run)
        except FileRefused as error:
            for flaw in error.flaws:
                where = f"line {flaw.line}: " if flaw.line else ""
                self.stderr.write(f"{where}{flaw.place}: {flaw.words} {flaw.remedy}")
            raise CommandError(f"Nothing was imported: {len(error.flaws)} errors.") from error
        except (OSError, OpenUserError) as error:
            raise CommandError(f"Nothing was imported: {error}") from error
        for entry in imported:
            self._tell(entry)
        self.stdout.write("Nothing was kept (--dry-run)." if dry_run else "Done.")

    def _tell(self, imported: Any) -> None:
        self.stdout.write(f"{imported.verdict:8}{imported.kind:9} {imported.name}")
        for change in imported.differences:
            self.stdout.write(f"          {change.path}: {change.before!r} → {change.after!r}")
        for lack in self.missing(imported):
            self.stdout.write(f"          {self.before_use}: {lack}")
