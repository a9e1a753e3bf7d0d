"""The keys of an installation in its backups: without them, stored secrets cannot be opened."""

import json
import os

from django.conf import settings

from openuser.bootstrap import secrets_file

FILE = "secrets.env"


def current() -> bytes:
    """All keys, as JSON: those that were generated, and those that the environment sets."""
    names = {"SECRET_KEY": settings.SECRET_KEY, "OPENUSER_FIELD_KEYS": ",".join(settings.FIELD_KEYS)}
    return json.dumps({**secrets_file.read(settings.VAR_DIR / FILE), **names}).encode()


def take_back(data: bytes) -> list[str]:
    """Write the keys of a backup into the file of this installation.

    Returns the names of those that the environment sets to something else: it counts more than the file.
    """
    kept: dict[str, str] = json.loads(data)
    path = settings.VAR_DIR / FILE
    before = secrets_file.read(path)
    secrets_file.put(path, kept)
    told = {name: os.environ.get(name, "") for name in kept}
    return sorted(name for name, value in told.items() if value and value not in {kept[name], before.get(name)})
