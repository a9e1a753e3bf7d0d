"""`manage.py export_campaigns`: campaigns, series and segments as a file that `import_campaigns` reads."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.exceptions import OpenUserError
from scheduling import services
from scheduling.models import Campaign, Segment, Series


class Command(BaseCommand):
    """Equal campaigns give equal bytes, so that a repository shows each change."""

    help = "Write campaigns, series and segments into a YAML, or into a ZIP if the campaigns send files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to write it; without it, to standard output")
        parser.add_argument("--campaign", action="append", metavar="NAME", help="one of several; all without a choice")
        parser.add_argument("--series", action="append", metavar="NAME", help="one of several; all without a choice")
        parser.add_argument("--segment", action="append", metavar="NAME", help="one of several, besides those in use")
        parser.add_argument("--all-segments", action="store_true", help="segments that no campaign uses, too")

    def handle(
        self,
        *,
        file: Path | None,
        campaign: list[str] | None = None,
        series: list[str] | None = None,
        segment: list[str] | None = None,
        all_segments: bool = False,
        **_: object,
    ) -> None:
        segments = Segment.objects.all() if all_segments else Segment.objects.filter(name__in=segment or ())
        campaigns, every = Campaign.objects.filter(series=None), Series.objects.all()
        if campaign is not None or series is not None or segment is not None:
            campaigns, every = campaigns.filter(name__in=campaign or ()), every.filter(name__in=series or ())
        wanted = {*(campaign or ()), *(series or ()), *(segment or ())}
        missing = wanted - {row.name for row in (*campaigns, *every, *segments)}
        if missing:
            raise CommandError(f"There is no campaign, series or segment named “{'”, “'.join(sorted(missing))}”.")
        try:
            packed = services.export_file(campaigns=campaigns, series=every, segments=segments)
        except OpenUserError as error:
            raise CommandError(str(error)) from error
        if file is None:
            sys.stdout.buffer.write(packed.data)
            return
        file.write_bytes(packed.data)
        self.stderr.write(
            f"{file}: {len(campaigns)} campaigns, {len(every)} series, {packed.content_type.partition(';')[0]}"
        )
