"""`manage.py release_restore_hold`: confirms that a restored or copied database may send."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from wecom import services


class Command(BaseCommand):
    help = "Let senders go on after the database was restored from a backup, or came from another machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--discard", action="store_true", help="discard what waits instead of sending it")

    def handle(self, *args: Any, **options: Any) -> None:
        held = services.restore_hold()
        if held is None:
            self.stdout.write("Nothing is held: messages are sent.")
            return
        self.stdout.write(f"Held since {held.held_since:%Y-%m-%d %H:%M}: {held.get_held_because_display()}.")
        if held.forgotten:
            self.stdout.write(f"Went out after the backup, and is not sent again: {held.forgotten} messages.")
        count = services.release_restore_hold(discard=options["discard"])
        self.stdout.write(f"Discarded: {count}." if options["discard"] else f"Being sent: {count}.")
