"""`manage.py working_days`: shows the working days of a company, imports a list, and takes the last one back."""

import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.exceptions import OpenUserError
from scheduling import services
from scheduling.models import CalendarImport
from wecom.models import Corporation


class Command(BaseCommand):
    help = "Show, import or take back the working days, holidays and make-up days of a company."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help="the days that differ from Monday to Friday")
        show.add_argument("year", nargs="?", type=int, help="without it, this year and the next")
        load = actions.add_parser("import", help="take over a list")
        load.add_argument(
            "file", type=Path, help="the State Council's notice as text, ICS, CSV or lines; - for standard input"
        )
        load.add_argument("--title", default="", help="where it comes from, such as its URL")
        load.add_argument("--dry-run", action="store_true", help="only say what would be done")
        load.add_argument("--anyway", action="store_true", help="although it contradicts itself")
        undo = actions.add_parser("undo", help="give the days back as they were before the last import")
        for action in (show, load, undo):
            action.add_argument("--application", type=int, metavar="ID", help="an application of the company")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            company = services.company_of(options["application"])
            if options["action"] == "import":
                self._import(company, options)
            elif options["action"] == "undo":
                self._undo(company)
            else:
                self._show(company, options["year"])
        except (OSError, OpenUserError) as error:
            raise CommandError(str(error)) from error

    def _show(self, company: Corporation, year: int | None) -> None:
        first = year or timezone.localdate().year
        days = services.list_working_days(company, date(first, 1, 1), date(year or first + 1, 12, 31))
        for day in days.days:
            if day.known and day.works != (day.date.weekday() < services.SATURDAY):
                self.stdout.write(f"{day.date} {'班' if day.works else '休'} {day.name}".rstrip())
        if days.days_unknown:
            self.stderr.write(self.style.WARNING(days.days_unknown))

    def _import(self, company: Corporation, options: dict[str, Any]) -> None:
        file: Path = options["file"]
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        day_list = services.read_day_list(services.day_list_text(data))
        for doubt in day_list.doubts:
            self.stderr.write(self.style.WARNING(doubt))
        done = services.import_days(
            company,
            day_list,
            way=CalendarImport.Way.COMMAND,
            title=options["title"],
            anyway=options["anyway"] or options["dry_run"],
            dry_run=options["dry_run"],
        )
        for change in done.changes:
            self.stdout.write(f"{change.date} {'班' if change.works else '休'} {change.name}".rstrip())
        for day in done.kept:
            self.stdout.write(f"{day} stays as it was entered.")
        years = ", ".join(map(str, sorted(done.years))) or "no year"
        self.stdout.write(f"{len(done.changes)} days change. Known in full by it: {years}.")
        if options["dry_run"]:
            self.stdout.write("Nothing was kept (--dry-run).")

    def _undo(self, company: Corporation) -> None:
        row = services.last_import(company)
        if row is None:
            raise CommandError("There is no import to undo.")
        services.undo_import(row)
        self.stdout.write(f"Undone: {row}.")
