"""Seconds that processes have computed: unlike the seconds of a clock, alone on a machine or not."""

import os
from pathlib import Path

PROC = Path("/proc")
USER, CHILDREN_SYSTEM = 11, 14  # fields of /proc/PID/stat after the name: own and children's, user and system
PARENT = 1


def seconds(pid: int) -> float:
    """What a process and its children that have ended have computed; 0 if it is gone."""
    fields = _fields(pid)
    return sum(map(int, fields[USER : CHILDREN_SYSTEM + 1])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def database_seconds() -> float:
    """What the server of the database has computed, in all its processes; 0 for SQLite, which has none."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = int(_fields(cursor.fetchone()[0])[PARENT])
    others = (int(path.name) for path in PROC.iterdir() if path.name.isdecimal())
    return seconds(server) + sum(seconds(pid) for pid in others if _parent(pid) == server)


def _parent(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[PARENT]) if fields else 0


def _fields(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
