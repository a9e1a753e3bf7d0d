"""Health checks for supervisors and load balancers, without login or details."""

from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from functools import cache
from http import HTTPStatus
from threading import Event

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from core.storage import disk
from core.work.db_connections import unpooled_connection
from wecom import services as wecom

PATIENCE = 1.0  # seconds for an answer of the database; a pool would let the probe wait for twenty


_is_migrated, _was_ready = Event(), Event()


class Database(Enum):
    """How this process finds the database; it is old until `migrate` has run for this version."""

    READY = auto()
    OLD = auto()
    AWAY = auto()


def live(request: HttpRequest) -> JsonResponse:
    """The process is alive."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """The process can work: its tables are there, or, while the database is away, the spool takes callbacks.

    A full disk makes it unready only where SQLite is on it: with another database, callbacks are still accepted.
    """
    database = _database()
    if database is Database.OLD:
        return JsonResponse({"status": "migrations"}, status=503)
    if database is Database.AWAY:
        if wecom.spool_takes_callbacks():
            spooled = wecom.spooled_callbacks(timezone.now()).count
            return JsonResponse({"status": "ok", "database": "away", "spooled": spooled})
        return JsonResponse({"status": "database"}, status=503)
    if not any(volume.is_full for volume in disk.disks()):
        return JsonResponse({"status": "ok"})
    if connection.vendor == "sqlite":
        return JsonResponse({"status": "disk_full"}, status=503)
    return JsonResponse({"status": "ok", "disk": "full"})


def start(request: HttpRequest) -> JsonResponse:
    """The process has been ready once: until then it is starting, and afterwards `live` and `ready` say how it is."""
    if not _was_ready.is_set():
        response = ready(request)
        if response.status_code != HTTPStatus.OK:
            return response
        _was_ready.set()
    return JsonResponse({"status": "ok"})


def _database() -> "Database":
    leaves = _leaves()
    probe = _probes().submit(_ask_database, leaves)
    try:
        return probe.result(PATIENCE)
    except TimeoutError:
        probe.cancel()  # else those behind a mute one would pile up
        return Database.AWAY


def _ask_database(leaves: frozenset[tuple[str, str]]) -> "Database":
    alone = unpooled_connection()
    try:
        with alone.cursor() as cursor:
            cursor.execute("SELECT 1")
        # A newer version may have migrated already: this one goes on until it is replaced.
        is_migrated = _is_migrated.is_set() or leaves <= MigrationRecorder(alone).applied_migrations().keys()
    except (DatabaseError, InterfaceError):
        return Database.AWAY
    finally:
        alone.close()
    if not is_migrated:
        return Database.OLD
    _is_migrated.set()
    return Database.READY


@cache
def _leaves() -> frozenset[tuple[str, str]]:
    """The last migrations of this version."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


@cache
def _probes() -> ThreadPoolExecutor:
    """One thread, in which a database that does not answer can be waited for without end."""
    return ThreadPoolExecutor(1, thread_name_prefix="health")
