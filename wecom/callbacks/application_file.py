"""The keys that verify callbacks of an application, on the disk of this machine: for a process that starts while the
database is away.

A file for each address, encrypted with the keys of `OPENUSER_FIELD_KEYS`, in a folder of the spool. It is written when
its content has changed, and removed once the application is withdrawn. The acceptor verifies with nothing else.
"""

import json
import logging
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.db.models.signals import post_delete, post_save

from core import fields
from wecom import platform_quirks
from wecom.callbacks.acceptor import key_file
from wecom.models import Application, Corporation

logger = logging.getLogger(__name__)

FOLDER = key_file.FOLDER
COLUMNS = ("id", "agent_id", "token", "encoding_aes_key", "old_token", "old_encoding_aes_key", "old_keys_until")

_written: dict[Path, str] = {}


def keep(key: str, application: Application) -> None:
    """Write the file of the address with this webhook key, unless it holds the same. A full disk is only logged."""
    path, document = _path(key), _document(application)
    if _written.get(path) == document and path.exists():
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
    known = key_file.read(_folder(), key, settings.FIELD_KEYS)
    if known is None:
        return None
    values = {name: getattr(known, name) for name in COLUMNS if name != "old_keys_until"}
    until = known.old_keys_until
    return Application(
        **values,
        corporation=Corporation(corp_id=known.corp_id),
        old_keys_until=until and datetime.fromisoformat(until),
    )


def is_in_use() -> bool:
    """Whether callbacks are verified on this machine: its spool has a folder of keys."""
    return (_folder() / key_file.FOLDER).is_dir()


def outdated() -> list[Application]:
    """The enabled applications of which a file is missing, holds other values, or opens with none of our keys."""
    return [one for key, one in _by_key().items() if key_file.read(_folder(), key, settings.FIELD_KEYS) != _known(one)]


def keep_all() -> None:
    """Write the files of all enabled applications, and remove all others."""
    by_key = _by_key()
    wanted = {_path(key) for key in by_key}
    for path in _files():
        if path not in wanted:
            _written.pop(path, None)
            path.unlink(missing_ok=True)
    for key, application in by_key.items():
        keep(key, application)


def keep_all_on_commit(**_: Any) -> None:
    """A receiver of the signals that change an application: one that is withdrawn has no file any more."""
    transaction.on_commit(_keep_all_if_stored)


def _keep_all_if_stored() -> None:
    try:
        keep_all()
    except (DatabaseError, ImproperlyConfigured) as error:  # who changed something else need not fail for it
        logger.warning("The keys of applications were not kept on the disk.", extra={"error": type(error).__name__})


def _by_key() -> dict[str, Application]:
    """The enabled applications by the webhook keys of their addresses; the default one has "" too."""
    applications = Application.objects.select_related("corporation").filter(enabled=True)
    by_key = {application.webhook_key: application for application in applications}
    if default := next((application for application in applications if application.is_default), None):
        by_key[""] = default
    return by_key


def _files() -> list[Path]:
    try:
        return list((_folder() / key_file.FOLDER).iterdir())
    except OSError:
        return []


def _known(application: Application) -> key_file.Application:
    return key_file.Application(**json.loads(_document(application)))


def _document(application: Application) -> str:
    limits = settings.WECOM
    values = {name: getattr(application, name) for name in COLUMNS}
    values |= {
        "corp_id": application.corporation.corp_id,
        "max_body": limits["MAX_BODY"],
        "spool_max": limits["SPOOL_MAX"],
        "timestamp_tolerance": limits["TIMESTAMP_TOLERANCE"],
        "max_age": limits["CALLBACK_MAX_AGE"],
        "acknowledgement": platform_quirks.current.acknowledgement,
        "json_callbacks": platform_quirks.current.json_callbacks,
    }
    return json.dumps(values, default=datetime.isoformat)


def _path(key: str) -> Path:
    return key_file.path_of(_folder(), key)


def _folder() -> Path:
    return Path(settings.WECOM["SPOOL_DIR"])


for _signal in (post_save, post_delete):
    for _model in (Application, Corporation):
        _signal.connect(keep_all_on_commit, sender=_model)
