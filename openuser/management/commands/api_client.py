"""`manage.py api_client NAME --scopes …`: creates a client of the API and prints its token."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from openuser.api import clients
from openuser.models import ApiClient


class Command(BaseCommand):
    help = "Create a client of the API and print its token. An existing client gets these scopes and a new token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name of the program that uses it")
        parser.add_argument(
            "--scopes", required=True, help="separated by commas, or `all`: " + ", ".join(ApiClient.Scope)
        )
        parser.add_argument("--rate", type=int, default=600, help="requests per minute")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["scopes"].split(",")
        scopes = sorted(ApiClient.Scope.values) if asked == ["all"] else [scope.strip() for scope in asked]
        unknown = sorted(set(scopes) - set(ApiClient.Scope.values))
        if unknown:
            raise CommandError(f"There is no scope {', '.join(unknown)}. There are: {', '.join(ApiClient.Scope)}.")
        client = ApiClient.objects.filter(name=options["name"]).first() or ApiClient(name=options["name"])
        client.scopes, client.rate, client.enabled = scopes, options["rate"], True
        self.stdout.write(clients.renew_token(client))
