"""Erasures of copies on each machine's own disk: files of the bucket, and results that apps computed.

An erasure writes a row. Each machine reads the new rows every minute (`core.storage.upkeep`), and a process that starts
reads all of them.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from core.models import Erasure
from core.storage import local_copies

logger = logging.getLogger(__name__)

FILE = "file"
KEPT = timedelta(days=30)
OVERLAP = timedelta(minutes=10)  # a copy may have been on its way to this machine when the row was written
_forgets: dict[str, Callable[[str], object]] = {FILE: local_copies.forget}


def register(kind: str, forget: Callable[[str], object]) -> None:
    """Let `forget` remove this machine's copy under a name of that kind. There may be no copy."""
    _forgets[kind] = forget


def record(kind: str, name: str) -> None:
    """Let the other machines forget something."""
    Erasure.objects.create(kind=kind, name=name)


def follow(since: datetime | None) -> datetime | None:
    """Follow the erasures since a moment, or all of them. Returns the moment of the last, to go on from."""
    rows = Erasure.objects.filter(kind__in=_forgets)
    if since is not None:
        rows = rows.filter(erased_at__gt=since - OVERLAP)
    for kind, name, erased_at in rows.order_by("erased_at").values_list("kind", "name", "erased_at"):
        try:
            _forgets[kind](name)
        except OSError as error:
            logger.warning("A copy could not be deleted.", extra={"kind": kind, "why": error.strerror})
        since = erased_at
    return since


def delete_old(*, now: datetime) -> None:
    """Delete the rows that every machine has read."""
    Erasure.objects.filter(erased_at__lt=now - KEPT).delete()
