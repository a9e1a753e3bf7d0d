"""`manage.py verify_evidence FILE`: whether the evidence of a delivery is as an installation signed it."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.evidence import signed_documents
from core.evidence.signed_documents import SignatureError


class Command(BaseCommand):
    """Prints the facts of the evidence. Needs no database."""

    help = "Verify the evidence of a delivery: that nothing was changed, and which key signed it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the JSON file, as downloaded")
        parser.add_argument("--key", default="", help="the public key that must have signed it, in base64")
        parser.add_argument("--ours", action="store_true", help="this installation must have signed it")

    def handle(self, *, file: Path, key: str, ours: bool, **_: object) -> None:
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
            keys = signed_documents.public_keys() if ours else [key] if key else []
            data = signed_documents.verify(document, keys=keys)
        except (OSError, ValueError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except SignatureError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Signed by {document['signature']['public_key']}")
        for name in ("campaign", "run", "member", "status", "approval", "call", "video"):
            self.stdout.write(f"{name}: {json.dumps(data.get(name), ensure_ascii=False)}")
