"""What callbacks of an application are verified with, on the disk of this machine: for a process that starts while the
database is away.

A file for each address, encrypted with the keys of `OPENUSER_FIELD_KEYS`, in a folder of the spool. The reception
writes it when what it holds has changed, and removes it once the application is withdrawn.
"""

import hashlib
import json
import logging
import os
import tempfile
from datetime import datetime
from pathlib import Path

from cryptography.fernet import InvalidToken
from django.conf import settings

from core import fields
from wecom.models import Application, Corporation

logger = logging.getLogger(__name__)

FOLDER = "applications"

_written: dict[Path, str] = {}


def keep(key: str, application: Application) -> None:
    """Write the file of the address with this webhook key, unless it holds the same. A full disk is only logged."""
    path, document = _path(key), _document(application)
    if _written.get(path) == document:
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:  # only its owner may read it
            file.write(fields.encrypt(document))
        os.replace(file.name, path)
    except OSError as error:
        logger.warning("The keys of an application were not kept on the disk.", extra={"why": error.strerror})
    else:
        _written[path] = document


def forget(key: str) -> None:
    """Remove the file."""
    path = _path(key)
    _written.pop(path, None)
    path.unlink(missing_ok=True)


def kept(key: str) -> Application | None:
    """The application as it was last known on this machine; None if no file tells."""
    try:
        found = json.loads(fields.decrypt(_path(key).read_text(encoding="ascii")))
    except (OSError, InvalidToken, ValueError):
        return None
    corporation = Corporation(corp_id=found.pop("corp_id"))
    until = found.pop("old_keys_until")
    return Application(**found, corporation=corporation, old_keys_until=until and datetime.fromisoformat(until))


def _document(application: Application) -> str:
    names = ("id", "agent_id", "token", "encoding_aes_key", "old_token", "old_encoding_aes_key", "old_keys_until")
    values = {name: getattr(application, name) for name in names}
    return json.dumps({**values, "corp_id": application.corporation.corp_id}, default=datetime.isoformat)


def _path(key: str) -> Path:
    return Path(settings.WECOM["SPOOL_DIR"]) / FOLDER / hashlib.sha256(key.encode()).hexdigest()[:32]
