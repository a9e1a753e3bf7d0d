"""The socket of the web process. `up` keeps it open, so that connections wait while that process restarts."""

import os
import socket

FIRST_INHERITED = 3  # where systemd puts the sockets of a unit
BACKLOG = 2048  # connections that wait for a process to take them


def inherited() -> socket.socket | None:
    """The socket that systemd has opened for this process (`openuser.socket`); None if there is none."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        return None
    listener = socket.socket(fileno=FIRST_INHERITED)
    listener.set_inheritable(False)  # of the children, only the web process gets it
    return listener


def opened(host: str, port: int) -> socket.socket:
    """A socket that listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
