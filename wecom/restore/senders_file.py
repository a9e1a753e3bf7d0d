"""The file beside the database by which the restore guard knows which database sent last: `senders.json`."""

import fcntl
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

REMEMBERED = 20  # databases that one file knows


@dataclass(kw_only=True)
class Note:
    """The content of the file.

    Attributes:
        place: its own name.
        marks: the newest attempt of each database that was sent from here.
        restored: databases that `manage.py restore` brought back, and that no sender has looked at since.
    """

    place: str = ""
    marks: dict[str, int] = field(default_factory=dict)
    restored: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The place as databases know it: a copy of the file on another machine is another place."""
        if not self.place:
            return ""
        return hashlib.sha256(f"{self.place} {_machine()}".encode()).hexdigest()[:32]


def path() -> Path:
    """Where the file lies."""
    return Path(settings.WECOM["RESTORE_GUARD_FILE"])


def read() -> Note:
    """The content of the file; an empty one if it is missing or broken."""
    try:
        told = json.loads(path().read_text())
        marks = {str(name): int(number) for name, number in told["marks"].items()}
        return Note(place=str(told["place"]), marks=marks, restored=[str(name) for name in told.get("restored", ())])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Note()


def change(act: Callable[[Note], None] = lambda note: None) -> Note:
    """Change the file's content, one process at a time; returns the new content.

    A folder that cannot be written does not stop sending: it is logged.
    """
    file, note = path(), Note()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            note = read()
            note.place = note.place or secrets.token_hex(16)
            act(note)
            marks = dict(list(note.marks.items())[-REMEMBERED:])
            fresh = file.with_suffix(".new")
            restored = {"restored": note.restored} if note.restored else {}
            fresh.write_text(json.dumps({"place": note.place, "marks": marks, **restored}))
            os.replace(fresh, file)
    except OSError as error:
        logger.error("The file of the restore guard cannot be written.", extra={"error": type(error).__name__})
        return Note()
    return note


def _machine() -> str:
    """The ID of this machine; "" if the system has none."""
    try:
        return Path(settings.WECOM["MACHINE_ID_FILE"]).read_text().strip()
    except OSError:
        return ""
