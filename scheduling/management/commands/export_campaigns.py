"""`manage.py export_campaigns`: campaigns and segments as a file that `import_campaigns` reads."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.exceptions import OpenUserError
from scheduling import services
from scheduling.models import Campaign, Segment


class Command(BaseCommand):
    """Equal campaigns give equal bytes, so that a repository shows what was changed."""

    help = "Write campaigns and segments into a YAML, or into a ZIP if the campaigns send files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to write it; without it, to standard output")
        parser.add_argument("--campaign", action="append", metavar="NAME", help="one of several; all without it")
        parser.add_argument("--segment", action="append", metavar="NAME", help="one of several, besides those in use")
        parser.add_argument("--all-segments", action="store_true", help="segments that no campaign uses, too")

    def handle(
        self,
        *,
        file: Path | None,
        campaign: list[str] | None,
        segment: list[str] | None,
        all_segments: bool,
        **_: object,
    ) -> None:
        segments = Segment.objects.all() if all_segments else Segment.objects.filter(name__in=segment or ())
        campaigns = Campaign.objects.all() if campaign is None and segment is None else Campaign.objects.none()
        campaigns = Campaign.objects.filter(name__in=campaign) if campaign is not None else campaigns
        missing = {*(campaign or ()), *(segment or ())} - {one.name for one in (*campaigns, *segments)}
        if missing:
            raise CommandError(f"There is no campaign or segment named “{'”, “'.join(sorted(missing))}”.")
        try:
            packed = services.export_file(campaigns=campaigns, segments=segments)
        except OpenUserError as error:
            raise CommandError(str(error)) from error
        if file is None:
            sys.stdout.buffer.write(packed.data)
            return
        file.write_bytes(packed.data)
        self.stderr.write(f"{file}: {len(campaigns)} campaigns, {packed.content_type.partition(';')[0]}")
