"""Backups by beat: one whenever the newest is old enough."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from openuser.backup import creation, passphrase, places
from openuser.backup.exceptions import BackupError

logger = logging.getLogger(__name__)

RUNNING = "openuser.backup"
LONGEST = 6 * 3600  # seconds after which a worker that makes one must have died
EARLY = timedelta(minutes=10)  # else an hourly look would make each backup a little later than the one before


def back_up_if_due(*, now: datetime) -> str:
    """Make the backup that is due; its name, or "" if none is. Whether one is, the place of backups knows."""
    wanted = settings.BACKUP["TO"] and settings.BACKUP["EVERY_HOURS"]
    if not wanted or not _takes_turn():
        return ""
    try:
        place = places.place_of(settings.BACKUP["TO"])
        newest = next(iter(places.stored(place)), None)
        if newest and newest.created_at > now - timedelta(hours=settings.BACKUP["EVERY_HOURS"]) + EARLY:
            return ""
        made = creation.create(place, passphrase=passphrase.configured(), now=now, keep=settings.BACKUP["KEEP"])
    except (BackupError, OSError) as error:
        # The doctor says what is wrong for as long as there is no new one.
        logger.error("No backup could be made.", extra={"error": getattr(error, "code", type(error).__name__)})
        return ""
    finally:
        with suppress(RedisError, OSError):
            cache.delete(RUNNING)
    logger.info("A backup was made.", extra={"bytes": made.size, "deleted": len(made.deleted)})
    return made.name


def _takes_turn() -> bool:
    """Whether no other machine makes a backup now. While the cache is away that is not known, and a backup is made."""
    try:
        return bool(cache.add(RUNNING, True, timeout=LONGEST))
    except (RedisError, OSError) as error:
        logger.warning("The cache is away: two backups may be made.", extra={"error": type(error).__name__})
        return True
