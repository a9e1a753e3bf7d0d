"""`manage.py export_flows`: flows, answers and documents as a file that `import_flows` reads."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from conversations import services
from conversations.models import Answer, Document, Flow
from core.exceptions import OpenUserError


class Command(BaseCommand):
    """Equal rows give equal bytes, so that a repository shows each change."""

    help = "Write the drafts of flows, answers and documents into a YAML, or into a ZIP if some have files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to write it; without it, to standard output")
        parser.add_argument("--flow", action="append", metavar="NAME", help="one of several; all without a choice")
        parser.add_argument("--answer", action="append", metavar="QUESTION", help="one of several")
        parser.add_argument("--document", action="append", metavar="TITLE", help="one of several")
        parser.add_argument("--knowledge", action="store_true", help="all answers and documents, too")

    def handle(self, *, file: Path | None, knowledge: bool = False, **options: Any) -> None:
        chosen = any(options.get(name) is not None for name in ("flow", "answer", "document"))
        flows = _named(Flow.objects.all(), "name", options.get("flow"), whole=not chosen)
        answers = _named(Answer.objects.all(), "question", options.get("answer"), whole=knowledge)
        documents = _named(Document.objects.all(), "title", options.get("document"), whole=knowledge)
        try:
            packed = services.export_file(flows=flows, answers=answers, documents=documents)
        except OpenUserError as error:
            raise CommandError(str(error)) from error
        if file is None:
            sys.stdout.buffer.write(packed.data)
            return
        file.write_bytes(packed.data)
        counts = f"{len(flows)} flows, {len(answers)} answers, {len(documents)} documents"
        self.stderr.write(f"{file}: {counts}, {packed.content_type.partition(';')[0]}")


def _named(rows: "QuerySet[Any]", key: str, names: list[str] | None, *, whole: bool) -> "QuerySet[Any]":
    chosen = rows if whole else rows.filter(**{f"{key}__in": names or ()})
    missing = set(names or ()) - set(chosen.values_list(key, flat=True))
    if missing:
        kind = rows.model._meta.model_name
        raise CommandError(f"There is no {kind} named “{'”, “'.join(sorted(missing))}”.")
    return chosen
