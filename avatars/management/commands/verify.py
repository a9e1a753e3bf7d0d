"""`manage.py verify FILE…`: whether files carry both parts of the AI label; no rows, no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from avatars import services
from avatars.exceptions import AvatarError


class Command(BaseCommand):
    """Decodes every frame and reads the metadata; the exit code is 1 where a file lacks something."""

    help = (
        "Say of each video (MP4), picture of one (JPEG) or sound (M4A) whether it carries the AIGC metadata "
        "and, where there is anything to see, the visible AI mark."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="MP4, JPEG or M4A")
        parser.add_argument("--content-id", default="", help="the number that they must name; any if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        bad = sum(not self._is_labelled(path, options["content_id"]) for path in files)
        if bad:
            raise CommandError(f"{bad} of {len(files)} files are not labelled.", returncode=1)

    def _is_labelled(self, path: Path, content_id: str) -> bool:
        try:
            proof = services.examine_label(path, content_id)
        except (AvatarError, OSError) as error:
            self.stdout.write(f"{path}: UNREADABLE: {error}")
            return False
        if proof.faults or proof.origin is None:
            self.stdout.write(f"{path}: NOT LABELLED: {'; '.join(proof.faults)}")
            return False
        seen = {0: "", 1: "the mark; "}.get(proof.frames, f"the mark in all {proof.frames} frames; ")
        whose = f"provider {proof.origin.provider}, content {proof.origin.content_id}"
        self.stdout.write(f"{path}: labelled: {seen}AIGC metadata of {whose}")
        return True
