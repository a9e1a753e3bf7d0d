"""Health checks for supervisors and load balancers, without login or details."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from core.storage import disk
from core.work.db_connections import unpooled_connection
from wecom import services as wecom

PATIENCE = 1.0  # seconds for an answer of the database; a pool would let the probe wait for twenty


def live(request: HttpRequest) -> JsonResponse:
    """The process is alive."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """The process can acknowledge callbacks: its database works, or the spool takes them until it does again.

    A full disk makes it unready only where SQLite is on it: with another database, callbacks are still accepted.
    """
    if not _database_answers():
        # Only the fast lane writes to the spool, and that is under ASGI.
        if isinstance(request, ASGIRequest) and wecom.spool_takes_callbacks():
            spooled = wecom.spooled_callbacks(timezone.now()).count
            return JsonResponse({"status": "ok", "database": "away", "spooled": spooled})
        return JsonResponse({"status": "database"}, status=503)
    if not any(one.is_full for one in disk.disks()):
        return JsonResponse({"status": "ok"})
    if connection.vendor == "sqlite":
        return JsonResponse({"status": "disk_full"}, status=503)
    return JsonResponse({"status": "ok", "disk": "full"})


def _database_answers() -> bool:
    probe = _probes().submit(_ask_database)
    try:
        return probe.result(PATIENCE)
    except TimeoutError:
        probe.cancel()  # else those behind a mute one would pile up
        return False


def _ask_database() -> bool:
    alone = unpooled_connection()
    try:
        with alone.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    finally:
        alone.close()
    return True


@cache
def _probes() -> ThreadPoolExecutor:
    """One thread, in which a database that does not answer can be waited for without end."""
    return ThreadPoolExecutor(1, thread_name_prefix="health")
