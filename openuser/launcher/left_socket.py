"""The socket that an `up` which was killed has left with its acceptor."""

import socket
from pathlib import Path

from openuser.launcher.listener import control_path
from wecom import services


def left(folder: Path, host: str, port: int) -> socket.socket | None:
    """The socket that an `up` which was killed has left with its acceptor; None if there is none at this address."""
    listener = services.acceptor_listener(control_path(folder))
    if listener is None:
        return None
    if listener.getsockname()[:2] == (host, port):
        return listener
    listener.close()
    return None
