"""`manage.py rehearse`: the messages of a campaign or a series in the days to come."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.exceptions import OpenUserError
from core.spreadsheets import csv_file
from scheduling import services
from scheduling.models import Campaign, Series

SHOWN = 20  # members; a file has all of them


class Command(BaseCommand):
    """Nothing is sent and nothing is kept."""

    help = "Go through the days to come and tell what each member would get, and why not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        subject = parser.add_mutually_exclusive_group(required=True)
        subject.add_argument("--campaign", type=int, metavar="ID")
        subject.add_argument("--series", type=int, metavar="ID")
        parser.add_argument("--from", dest="since", type=date.fromisoformat, metavar="2026-12-01", help="first day")
        parser.add_argument("--days", type=int, default=services.USUAL_DAYS, help="how many; %(default)s without it")
        parser.add_argument("--member", action="append", default=[], metavar="USER_ID", help="one of several")
        parser.add_argument("--department", action="append", default=[], type=int, metavar="NUMBER")
        parser.add_argument("--segment", action="append", default=[], type=int, metavar="ID")
        parser.add_argument("--alone", action="store_true", help="as if nothing else was scheduled")
        parser.add_argument("--leaver", action="append", default=[], metavar="USER_ID=DAY", help="with the last day")
        help_of_joiners = "for whom the event of the series comes on a day"
        parser.add_argument("--joiner", action="append", default=[], metavar="USER_ID=DAY", help=help_of_joiners)
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write all of it into a file")

    def handle(self, *, csv: Path | None, **options: Any) -> None:
        model: type[Campaign | Series] = Campaign if options["campaign"] else Series
        subject = model._default_manager.filter(pk=options["campaign"] or options["series"]).first()
        if subject is None:
            raise CommandError("There is no such campaign or series.")
        cohort = {
            "members": options["member"],
            "departments": [{"number": number} for number in options["department"]],
            "segments": options["segment"],
        }
        chosen = {name: value for name, value in cohort.items() if value}
        try:
            rehearsal = services.rehearse(
                subject,
                cohort=chosen or None,
                since=options["since"],
                days=options["days"],
                others=not options["alone"],
                leavers=services.read_member_days(",".join(options["leaver"]), field="leaver"),
                joiners=services.read_member_days(",".join(options["joiner"]), field="joiner"),
            )
        except OpenUserError as error:
            raise CommandError(str(error)) from error
        self._tell(rehearsal, subject)
        if csv is not None:
            csv.write_bytes(csv_file(list(services.rehearsal_table(rehearsal, subject))))
            self.stdout.write(f"{csv}: everything")

    def _tell(self, rehearsal: services.Rehearsal, subject: Campaign | Series) -> None:
        for day in rehearsal.days:
            left_out = ", ".join(f"{count} {why}" for why, count in sorted(day.left_out.items()))
            self.stdout.write(f"{day.date:%a %Y-%m-%d}  {day.sent:5} sent" + (f"  ({left_out})" if left_out else ""))
        for moment in rehearsal.dropped:
            self.stdout.write(f"{moment.at.astimezone(subject.zone):%Y-%m-%d %H:%M}  {moment.name}: {moment.why}")
        for line in rehearsal.timelines[:SHOWN]:
            leaves = f", leaves after {line.last_day}" if line.last_day else ""
            self.stdout.write(f"\n{line.member} ({line.member.user_id}){leaves}")
            for event in line.occasions:
                at = f"{event.at.astimezone(subject.zone):%Y-%m-%d %H:%M}"
                self.stdout.write(f"  {at}  {event.name}: {event.why or event.words or 'gets it'}")
        reached = f"{len(rehearsal.timelines)} of {rehearsal.members} members"
        summary = f"{rehearsal.sent} messages to {reached} in {rehearsal.seconds:.1f} s"
        self.stdout.write(f"\n{summary}. Nothing was sent.")
