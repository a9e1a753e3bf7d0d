"""`manage.py replace_schedules`: let campaigns go on in the place of schedules."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import transaction

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Schedule


class Command(BaseCommand):
    """Prints a line for each schedule; those that no campaign can be stay as they are."""

    help = "Let campaigns without approval go on in the place of schedules; twice does nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would become of each")

    def handle(self, *, dry_run: bool = False, **_: object) -> None:
        schedules = Schedule.objects.exclude(successors__state__in=set(Campaign.State.values) - set(Campaign.OVER))
        keys = list(schedules.order_by("pk").values_list("pk", flat=True))
        for key in keys:
            self.stdout.write(_told(Schedule.objects.get(pk=key), dry_run=dry_run))
        if not keys:
            self.stdout.write("There is no schedule left.")


def _told(schedule: Schedule, *, dry_run: bool) -> str:
    """What becomes of a schedule; nothing is kept with `dry_run`."""
    try:
        with transaction.atomic():
            campaign = services.replace_schedule(schedule)
            words = f"{schedule}: campaign {campaign.pk}, {campaign.get_state_display()}"
            transaction.set_rollback(dry_run)
    except SchedulingError as error:
        return f"{schedule}: stays. {error}"
    return words
