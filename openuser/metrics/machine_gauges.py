"""Gauges of this machine and this process. They are there while the database is away, too."""

import platform
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection

from core.storage import disk
from core.storage.disk import MEGABYTE
from core.work import clock, process_identity
from core.work.db_connections import unpooled_connection
from openuser.metrics.gauges import Gauge, Reading
from openuser.version import VERSION
from wecom import services as wecom

BUILD = Gauge(name="openuser_build_info", words="Always 1, with the version.", labels=("version", "python"))
DISK = Gauge(name="openuser_disk_free_bytes", words="Free bytes of a disk that is written to.", labels=("path",))
SPOOL = Gauge(name="openuser_spool_rows", words="Callbacks on the disk of this machine that wait for the database.")
SPOOL_OLDEST = Gauge(name="openuser_spool_oldest_seconds", words="Seconds since the oldest of them came.")
ACCEPTOR = Gauge(
    name="openuser_acceptor_running", words="Whether the acceptor of this machine runs; absent where none ever has."
)
DATABASE = Gauge(name="openuser_database_up", words="Whether this process reaches the database.")
SKEW = Gauge(
    name="openuser_clock_skew_seconds",
    words="Seconds by which the clock of a machine is ahead of another.",
    labels=("machine", "other"),
)
POOL = Gauge(name="openuser_db_pool_in_use", words="Connections to PostgreSQL that this process uses right now.")
CONNECT_SECONDS = 2
GAUGES = (BUILD, DISK, SPOOL, SPOOL_OLDEST, ACCEPTOR, DATABASE, SKEW, POOL)


def read(now: datetime) -> Iterator[Reading]:
    """Every reading."""
    yield BUILD.at(1, VERSION, platform.python_version())
    for volume in disk.disks():
        yield DISK.at(volume.free * MEGABYTE, str(volume.folder))
    waiting = wecom.spooled_callbacks(now)
    yield SPOOL.at(waiting.count)
    yield SPOOL_OLDEST.at(waiting.oldest_seconds)
    serves = wecom.acceptor_serves()
    if serves is not None:
        yield ACCEPTOR.at(serves)
    skew = _skew()
    yield DATABASE.at(skew is not None)
    if skew is not None:
        yield SKEW.at(skew, process_identity.host(), "database")
    pool: Any = getattr(connection, "pool", None)
    if pool is not None:
        stats = pool.get_stats()
        yield POOL.at(stats.get("pool_size", 0) - stats.get("pool_available", 0))


def _skew() -> float | None:
    """None while the database is away. SQLite's clock is ours."""
    alone = unpooled_connection()  # a pool would wait for twenty seconds
    if alone.vendor == "postgresql":
        alone.settings_dict["OPTIONS"]["connect_timeout"] = CONNECT_SECONDS
    try:
        if alone.vendor != "postgresql":
            with alone.cursor() as cursor:
                cursor.execute("SELECT 1")
            return 0.0
        skew, _took = clock.measure(alone)
        return skew.total_seconds()
    except DatabaseError:
        return None
    finally:
        alone.close()
