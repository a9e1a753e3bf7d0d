"""A private PostgreSQL on a Unix socket: an embedded installation's database on request, and that of the tests.

Its folder contains `data`. As root, the server runs as another user, who may not read the folders above, such as var/.
So every program gets the data folder as its working folder and finds it as /proc/self/cwd, with any permissions of the
folders above.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from openuser.servers import sockets
from openuser.servers.postgres_binaries import Server, choose_server
from openuser.servers.server_processes import Processes, ServiceError

DATABASE_USER = "openuser"
DATABASE_NAME = "openuser"
PORT = 5432  # part of the socket's name
WORKING_FOLDER = "/proc/self/cwd"
SETTINGS = (
    # On a socket that only its user and root may open.
    *("listen_addresses=", "unix_socket_permissions=0700", "max_connections=100"),
    # Logs fatal errors only; never statements or values, which contain people's texts.
    *("log_min_messages=fatal", "log_min_error_statement=panic", "log_error_verbosity=terse"),
)
NOT_RUNNING = (
    "The PostgreSQL of {folder} does not run.\n"
    "  It runs while OpenUser does. Start that first, in another terminal: python3 manage.py up"
)
# The data are deleted after the tests, so writes need not reach the disk. All workers share the server.
TEST_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300")


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A data folder and the server that runs it."""

    folder: Path
    server: Server

    @property
    def data(self) -> Path:
        return data_folder(self.folder)

    def command(self, *settings: str) -> list[str]:
        """The server's command line; its working folder must be `data`."""
        place = self._name_of(socket_folder(self.folder))
        options = [word for setting in (*SETTINGS, *settings) for word in ("-c", setting)]
        return [str(self.server.programs / "postgres"), "-D", self._name_of(self.data), "-k", place, *options]

    def _name_of(self, folder: Path) -> str:
        return WORKING_FOLDER if self.server.account is not None and folder == self.data else str(folder)


def data_folder(folder: Path) -> Path:
    return folder.absolute() / "data"


def socket_folder(folder: Path) -> Path:
    """The folder of the server's socket."""
    return sockets.socket_folder(data_folder(folder), socket_name(PORT))


def socket_name(port: int) -> str:
    return f".s.PGSQL.{port}"


def url(folder: Path, *, name: str = DATABASE_NAME) -> str:
    """The server's URL, as in DATABASE_URL."""
    return f"postgres://{DATABASE_USER}@/{name}?host={quote(str(socket_folder(folder)))}"


def prepare(folder: Path) -> Cluster:
    """The cluster of an installation, ready to start; creates missing data.

    Raises:
        ServiceError: there is no server, or none for this version of the data; initdb failed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    cluster = Cluster(folder=folder, server=choose_server(data_folder(folder)))
    if not cluster.data.exists():
        initialise(cluster)
    stop_leftover_server(cluster.data)
    owner = cluster.data.stat()
    sockets.make_folder(socket_folder(folder), uid=owner.st_uid, gid=owner.st_gid)
    return cluster


def initialise(cluster: Cluster, *options: str) -> None:
    """Create the data with an empty database; they get their name once they are complete.

    Raises:
        ServiceError: initdb failed.
    """
    making = cluster.data.with_name("making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    account = cluster.server.account
    if account is not None:
        os.chown(making, account.uid, account.gid)
    place = WORKING_FOLDER if account is not None else str(making)
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not cluster.server.has_locales:
        locale = ["--locale=C.UTF-8"]
    line = ["initdb", "-D", place, "-U", DATABASE_USER, "--encoding=UTF8", "--no-instructions", *locale]
    line += ["--auth-local=trust", "--auth-host=scram-sha-256"]
    run_program(cluster.server, making, [*line, *options])
    run_program(
        cluster.server,
        making,
        ["postgres", "--single", "-D", place, "postgres"],
        input=f"CREATE DATABASE {DATABASE_NAME}\n",
    )
    making.rename(cluster.data)


def run_program(server: Server, folder: Path, line: Sequence[str], *, input: str = "") -> None:
    """Run one of the server's programs to its end, as the server's user."""
    account = server.account
    try:
        result = subprocess.run(
            [server.programs / line[0], *line[1:]],
            env=server.environment(),
            cwd=folder,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
            input=input,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise ServiceError(f"{server.programs / line[0]} cannot be started: {error.strerror}.") from error
    if result.returncode != 0:
        output = (result.stderr or result.stdout).strip().replace("\n", "\n  ")
        raise ServiceError(f"PostgreSQL's {line[0]} failed.\n  It said: {output}")


def stop_leftover_server(data: Path) -> None:
    """Stop processes of a killed server, and delete its PID file.

    PostgreSQL does not start if any process of this user has the PID in that file. But PIDs are reused, soon in a
    container, and a zombie keeps its own.
    """
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        for number in server_processes(data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, request)
        deadline = time.monotonic() + 10
        while server_processes(data) and time.monotonic() < deadline:
            time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def server_processes(data: Path) -> list[int]:
    """The IDs of a server's processes."""
    if not Path("/proc/self").exists():  # macOS
        table = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=False).stdout
        return [int(line.split()[0]) for line in table.splitlines() if "postgres" in line and f"-D {data}" in line]
    processes = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended, or belongs to another user
            if (process / "comm").read_text().strip() == "postgres" and (process / "cwd").samefile(data):
                processes.append(int(process.name))
    return processes


def is_ready(folder: Path, *, port: int = PORT) -> bool:
    """Whether the server accepts connections: it answers a start-up packet."""
    body = (196_608).to_bytes(4, "big") + f"user\0{DATABASE_USER}\0database\0postgres\0\0".encode()
    try:
        if "\nready" not in (data_folder(folder) / "postmaster.pid").read_text():
            return False  # a connection would only cause an error in its log
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(2.0)
            connection.connect(str(socket_folder(folder) / socket_name(port)))
            connection.sendall((len(body) + 4).to_bytes(4, "big") + body)
            return connection.recv(1) == b"R"
    except OSError:
        return False


@contextlib.contextmanager
def running(*, processes: Processes | None = None, tcp_port: int = 0) -> Iterator[str]:
    """An empty server for the duration of the block; yields its URL for DATABASE_URL.

    Args:
        tcp_port: a port on 127.0.0.1, for roles with a password; 0 for none.

    Raises:
        ServiceError: there is no server, or it does not start; with the end of its log.
    """
    owner = processes or Processes()
    folder = Path(tempfile.mkdtemp(prefix="openuser-pg-", dir="/tmp"))  # short: a socket's path has 107 bytes
    port = tcp_port or PORT
    settings = (f"port={port}", f"listen_addresses={'127.0.0.1' if tcp_port else ''}", *TEST_SETTINGS)
    try:
        cluster = Cluster(folder=folder, server=choose_server())
        if cluster.server.account is not None:
            folder.chmod(0o711)  # servers before 16 look for their working folder by its whole name
        initialise(cluster, "--no-sync")
        process = start(owner, cluster, *settings)
        try:
            wait_until_ready(process, folder, port)
            yield url(folder, name="postgres") + (f"&port={port}" if tcp_port else "")
        finally:
            owner.end([process], number=signal.SIGINT, grace=10.0)
    finally:
        if processes is None:
            owner.end_all()
        shutil.rmtree(folder, ignore_errors=True)


def start(owner: Processes, cluster: Cluster, *settings: str) -> "subprocess.Popen[bytes]":
    """Start a cluster; its output goes to the file `log` in its folder."""
    server = cluster.server
    with (cluster.folder / "log").open("wb") as output:
        return owner.start(
            cluster.command(*settings),
            env=server.environment(),
            cwd=cluster.data,
            account=server.account,
            output=output,
        )


def wait_until_ready(process: "subprocess.Popen[bytes]", folder: Path, port: int) -> None:
    """Return when the server accepts connections.

    Raises:
        ServiceError: it ended, or is not ready after 20 seconds.
    """
    deadline = time.monotonic() + 20
    while not is_ready(folder, port=port):
        if process.poll() is not None or time.monotonic() > deadline:
            output = (folder / "log").read_text(errors="replace").strip().splitlines()[-3:]
            raise ServiceError("PostgreSQL does not start.\n  It said: " + "\n  ".join(output))
        time.sleep(0.02)
