"""`manage.py person`: exports or erases all that is held about a member."""

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.exceptions import OpenUserError
from core.storage.disk import whole_file
from wecom import services
from wecom.models import Application, Member

YES = frozenset({"y", "yes", "是"})


class Command(BaseCommand):
    help = "Export or erase all that is held about a member."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("export", "erase"))
        parser.add_argument("user_id", metavar="USER_ID", help="user ID in WeChat Work")
        parser.add_argument("--application", type=int, metavar="ID", help="an application of the company, by its ID")
        parser.add_argument("--output", type=Path, metavar="FILE", help="the ZIP to write; by default USER_ID.zip")
        parser.add_argument("--yes", action="store_true", help="erase without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            member = services.find_person(options["user_id"], application=_application(options["application"]))
            if options["action"] == "export":
                self._export(member, options["output"] or Path(f"{member.user_id}.zip"))
            else:
                self._erase(member, sure=options["yes"])
        except OpenUserError as error:
            raise CommandError(str(error)) from error

    def _export(self, member: Member, path: Path) -> None:
        with whole_file(path) as file:
            receipt = services.export_person(member, file, by=getpass.getuser())
        self.stdout.write(f"{path}: {receipt.total} rows. Receipt {receipt.pk}.")

    def _erase(self, member: Member, *, sure: bool) -> None:
        for name, number in services.count_personal_data(member):
            self.stdout.write(f"{number:>8}  {name}")
        question = f"Erase all this about {member.user_id}? It cannot be undone. [yes/No] "
        if not sure and input(question).strip().lower() not in YES:
            raise CommandError("Nothing was erased. Answer yes to erase it.")
        receipt = services.erase_person(member, by=getpass.getuser())
        self.stdout.write(f"Erased: {receipt.total} rows. Receipt {receipt.pk}.")


def _application(pk: int | None) -> Application | None:
    if pk is None:
        return None
    application = Application.objects.filter(pk=pk).first()
    if application is None:
        raise CommandError(f"There is no application {pk}.")
    return application
