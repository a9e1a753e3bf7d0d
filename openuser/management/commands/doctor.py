"""`manage.py doctor`: checks the installation, with the remedy of each problem."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from core.diagnosis import Level, Result, run_checks
from openuser.doctor.all_checks import all_checks, select

MARKS = {Level.GOOD: "✓", Level.WARN: "!", Level.BAD: "✗", Level.SKIPPED: "–"}


class Command(BaseCommand):
    """Exits with status 1 if a check fails."""

    help = "Check the installation, from the settings to WeChat Work, and name the remedy of each problem."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", action="append", default=[], metavar="NAME", help="run one check; repeatable")
        parser.add_argument("--list", action="store_true", help="list the names of all checks")
        parser.add_argument("--json", action="store_true", help="print an array of objects, for programs")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], help="of the output")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"] or settings.LANGUAGE_CODE):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        checks = all_checks()
        if options["list"]:
            for check in checks:
                self.stdout.write(f"{check.key:<18} {_titled(check.title, check.subject)}")
            return
        if options["only"]:
            try:
                checks = select(checks, options["only"])
            except LookupError as error:
                raise CommandError(_("There is no check “%s”; --list names them.") % error.args[0]) from error
        results = []
        for result in run_checks(checks):
            results.append(result)
            if not options["json"]:
                self._say(result)
        if options["json"]:
            self.stdout.write(json.dumps([as_json(result) for result in results], ensure_ascii=False, indent=2))
        if any(result.finding.level == Level.BAD for result in results):
            sys.exit(1)

    def _say(self, result: Result) -> None:
        finding, check = result.finding, result.check
        style = {Level.GOOD: self.style.SUCCESS, Level.WARN: self.style.WARNING, Level.BAD: self.style.ERROR}
        mark = style.get(finding.level, str)(MARKS[finding.level])
        self.stdout.write(f"{mark} {_titled(check.title, check.subject)}: {finding.words}")
        for line in (finding.remedy, finding.where):
            if line:
                self.stdout.write(f"    → {line}")
        if finding.level in {Level.BAD, Level.WARN}:
            self.stdout.write(_("      run again: %s") % f"python3 manage.py doctor --only {check.key}")
        self.stdout.flush()


def as_json(result: Result) -> dict[str, Any]:
    """A result as JSON-compatible values."""
    finding = result.finding
    return {
        "check": result.check.key,
        "title": str(result.check.title),
        "subject": result.check.subject,
        "level": finding.level.value,
        "code": finding.code,
        "words": finding.words,
        "remedy": finding.remedy,
        "where": finding.where,
        "seconds": round(result.seconds, 3),
    }


def _titled(title: Any, subject: str) -> str:
    return f"{title} ({subject})" if subject else str(title)
