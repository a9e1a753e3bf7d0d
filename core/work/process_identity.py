"""Who this process is, and whether another one of its machine still lives."""

import os
import socket
import uuid
from functools import cache
from pathlib import Path

PROC = Path("/proc")
STATE, START_TICKS = 0, 19  # fields of /proc/PID/stat after the name, which may hold spaces and brackets
GONE = frozenset({"Z", "X"})


@cache
def process_token() -> str:
    """A random name of this process; a fork gets another one."""
    return uuid.uuid4().hex[:16]


os.register_at_fork(after_in_child=process_token.cache_clear)


@cache
def machine() -> str:
    """The boot and the PID namespace, in which a PID names one process; empty on systems that do not tell.

    Containers share the boot, and may share a host name, but not the namespace.
    """
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink(PROC / 'self/ns/pid')}"
    except OSError:
        return ""


def host() -> str:
    """The host name, for people."""
    return socket.gethostname()[:253]


def start_ticks(pid: int) -> int | None:
    """When a process of this machine started, in ticks since the boot; None if it has ended."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[STATE] in GONE else int(fields[START_TICKS])
