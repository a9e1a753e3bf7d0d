"""`manage.py run_schedules`: run due campaigns without beat, optionally for another time."""

from argparse import ArgumentParser
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from scheduling import services
from scheduling.descriptions import describe_moment
from scheduling.models import CampaignRun


class Command(BaseCommand):
    """Prints a line per run."""

    help = "Run the campaigns that are due, as beat's messages to the workers do; twice does nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", help="the time to take it to be, like 2026-11-25T09:00 or 2026-11-25T09:00+08:00")

    def handle(self, *, now: str | None = None, **_: object) -> None:
        moment = _moment(now)
        became = services.replace_schedules(now=moment)
        if became:
            self.stdout.write(f"Campaigns go on in the place of schedules of 0.5: {became}.")
        begun = services.run_due_campaigns(now=moment)
        for run in begun:
            due = describe_moment(run.moment, run.campaign.zone)
            reason = CampaignRun.Reason(run.reason).label if run.reason else run.campaign.get_state_display()
            self.stdout.write(f"{due}  {run.campaign}: {reason}")
        if not became and not begun:
            self.stdout.write("Nothing is due.")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"“{text}” is no time; write one like 2026-11-25T09:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
