"""What `manage.py doctor` says of its checks."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command


def diagnose(*only: str, language: str = "en") -> tuple[int, dict[str, Any]]:
    """What the command says of these checks, and the status with which it ends."""
    out = StringIO()
    status = 0
    line = [part for name in only for part in ("--only", name)]
    try:
        call_command("doctor", "--json", "--language", language, *line, stdout=out)
    except SystemExit as end:
        status = int(str(end.code))
    return status, {found["check"].split(":")[0]: found for found in json.loads(out.getvalue())}


def found(name: str) -> dict[str, Any]:
    """What one check says, alone."""
    return dict(diagnose(name)[1][name])
