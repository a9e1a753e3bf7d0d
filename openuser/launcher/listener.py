"""The socket of the web process. `up` keeps it open, so that connections wait while that process restarts."""

import os
import socket
from pathlib import Path
from typing import BinaryIO

from core.storage import serving_files
from openuser.servers.sockets import make_folder, socket_folder

FIRST_INHERITED = 3  # where systemd puts the sockets of a unit
CONTROL = "acceptor.sock"
SERVING = "web.serving"
BACKLOG = 2048  # connections that wait for a process to take them


def inherited() -> socket.socket | None:
    """The socket that systemd has opened for this process (`openuser.socket`); None if there is none."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        return None
    listener = socket.socket(fileno=FIRST_INHERITED)
    listener.set_inheritable(False)  # of the children, only the web process gets it
    return listener


def control_path(folder: Path) -> Path:
    """The Unix socket of the acceptor of the installation in this folder."""
    place = socket_folder(folder, CONTROL)
    make_folder(place, uid=os.getuid(), gid=os.getgid())
    return place / CONTROL


def serving_path(folder: Path) -> Path:
    """The file that a web process of the installation in this folder has locked while it serves."""
    return folder / SERVING


def note_serving(folder: Path) -> BinaryIO | None:
    """Tell the acceptor that this process lives, until the file is closed. None if the disk is full."""
    return serving_files.note(serving_path(folder))


def opened(host: str, port: int) -> socket.socket:
    """A socket that listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
