"""Settings of `manage.py emulator`: the emulator's own, with this project's commands."""

from typing import Any

from wecom.emulator.settings import *  # noqa: F403
from wecom.emulator.settings import INSTALLED_APPS as OWN_APPS

INSTALLED_APPS = [*OWN_APPS, "openuser.management.command_line.CommandLineConfig"]
MIGRATION_MODULES: dict[str, Any] = {"commandline": None}
DATABASE_DIRECT = None  # `manage.py migrate` asks what is behind a pooler
