"""Free ports, and the programs that use others."""

import errno
import os
import socket
from pathlib import Path

LISTEN_STATE = "0A"  # as /proc/net/tcp writes the state


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on a port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def next_free(host: str, port: int) -> int:
    """The first free port above this one."""
    return next(candidate for candidate in range(port + 1, 65_536) if is_free(host, candidate))


def process_on(port: int) -> str:
    """The process that listens on a port, as `name (process 123)`; empty if unknown (macOS, other users)."""
    inodes = listening_inodes(port)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            for descriptor in (process / "fd").iterdir():
                if os.readlink(descriptor) in inodes:
                    return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # it ended, or belongs to another user
            continue
    return ""


def listening_inodes(port: int) -> set[str]:
    """The sockets that listen on a port, named as the links in /proc."""
    inodes = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if table.exists():
            for line in table.read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == LISTEN_STATE and int(columns[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{columns[9]}]")
    return inodes
