"""The Unix socket of an acceptor: its successor asks it to end, and a new `up` gets the listening socket from it.

`up` may be killed with all its children; the acceptor stays with the socket until the next `up` takes both over.
"""

import asyncio
import os
import socket
from contextlib import suppress
from pathlib import Path

END, LISTENER = b"end", b"listener"
SECONDS = 2.0


def end_other(path: Path) -> None:
    """Ask the acceptor at this path to end. Returns once it has, or does not answer."""
    with suppress(OSError), _connected(path) as connection:
        connection.sendall(END)
        connection.recv(1)  # it is closed with the process


def listener_of(path: Path) -> socket.socket | None:
    """The listening socket that the acceptor at this path holds; None if there is no acceptor."""
    try:
        with _connected(path) as connection:
            connection.sendall(LISTENER)
            _data, descriptors, _flags, _address = socket.recv_fds(connection, 10, 1)
    except OSError:
        return None
    if not descriptors:
        return None
    listener = socket.socket(fileno=descriptors[0])
    listener.set_inheritable(False)
    return listener


class Control:
    """Listens at a path, which belongs to the last acceptor that took it."""

    def __init__(self, path: Path, listener: socket.socket, ended: asyncio.Event) -> None:
        self._path = path
        self._listener = listener
        self._ended = ended
        self._waiting: list[socket.socket] = []  # they learn of the end when this process closes them
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        beside.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(beside))
        beside.chmod(0o600)
        self._socket.listen()
        self._socket.setblocking(False)
        self._inode = beside.stat().st_ino
        beside.replace(path)
        asyncio.get_running_loop().add_reader(self._socket, self._answer)

    def is_ours(self) -> bool:
        """Whether neither another acceptor nor a person has taken the path away."""
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        if self.is_ours():
            self._path.unlink(missing_ok=True)

    def _answer(self) -> None:
        with suppress(OSError):
            connection, _ = self._socket.accept()
            connection.settimeout(0.5)
            word = connection.recv(20)
            if word == LISTENER:
                socket.send_fds(connection, [b"here"], [self._listener.fileno()])
                connection.close()
            elif word == END:
                self._waiting.append(connection)
                self._ended.set()


def _connected(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(SECONDS)
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection
