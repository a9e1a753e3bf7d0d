"""`manage.py sbom`: the packages of this installation with their licences, for those who audit it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from openuser.management import sbom


class Command(BaseCommand):
    help = "Write the software bill of materials of this installation as CycloneDX."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, metavar="FILE", help="without it, to standard output")

    def handle(self, *args: Any, output: Path | None, **options: Any) -> None:
        text = json.dumps(sbom.document(now=timezone.now()), indent=2)
        if output is None:
            self.stdout.write(text)
        else:
            output.write_text(f"{text}\n", encoding="utf-8")
