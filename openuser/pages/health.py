"""Health checks for supervisors and load balancers, without login or details."""

from django.db import connection
from django.db.utils import DatabaseError
from django.http import HttpRequest, JsonResponse

from core.storage import disk


def live(request: HttpRequest) -> JsonResponse:
    """The process is alive."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """The process and its database work.

    A full disk makes it unready only where SQLite is on it: with another database, callbacks are still accepted.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database"}, status=503)
    if not any(one.is_full for one in disk.disks()):
        return JsonResponse({"status": "ok"})
    if connection.vendor == "sqlite":
        return JsonResponse({"status": "disk_full"}, status=503)
    return JsonResponse({"status": "ok", "disk": "full"})
