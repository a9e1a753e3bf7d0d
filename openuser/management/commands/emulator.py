"""`manage.py emulator`: runs the emulator in this process, with its own settings and database."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

ROOT = Path(__file__).resolve().parents[3]


class Command(BaseCommand):
    help = "Run an emulator of WeChat Work for development and tests: its API, its callbacks and a phone."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
        parser.add_argument("--port", default=9001, type=int, help="port to listen on; 0 takes a free one")
        parser.add_argument("--callback", default="", help="the callback URL of the application under development")

    def handle(self, *, host: str, port: int, callback: str, **_: object) -> None:
        """Replace this process instead of starting a child, so that signals and the process ID stay the caller's."""
        known = os.environ.get("PYTHONPATH", "")
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "openuser.settings.emulator",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), known])),
        }
        line = [sys.executable, "-m", "wecom.emulator", "--host", host, "--port", str(port)]
        sys.stdout.flush()
        os.execve(sys.executable, [*line, *(["--callback", callback] if callback else [])], environment)  # noqa: S606
