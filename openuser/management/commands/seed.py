"""`manage.py seed`: the demonstration's rows, for installations without `up`."""

from django.core.management.base import BaseCommand

from openuser.demo import demo_seed


class Command(BaseCommand):
    help = "Create the demonstration's digital humans, desk and answers; existing rows stay."

    def handle(self, **_: object) -> None:
        demo_seed.seed()
        self.stdout.write("The demonstration is in place.")
