"""PgBouncer in transaction mode, before a PostgreSQL that it reaches over TCP or by its socket."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from openuser.servers import debian
from openuser.servers.server_processes import Account, Processes
from tests.support.emulator import free_port, wait_for

MISSING = "PgBouncer is missing.\n  Install it (Debian: sudo apt-get install pgbouncer) and run again."
SETTINGS = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
logfile = {folder}/pgbouncer.log
pool_mode = transaction
auth_type = {auth}
auth_file = {folder}/users.txt
max_client_conn = 1000
default_pool_size = {pool_size}
max_prepared_statements = 200
server_idle_timeout = 5
"""


@contextmanager
def running(owner: Processes, url: str, *, pool_size: int = 10) -> Iterator[str]:
    """A PgBouncer for the duration of the block; yields the URL of the same database through it.

    Args:
        pool_size: connections to PostgreSQL for each database and user: fewer than OpenUser has to PgBouncer.

    Raises:
        ServiceError: it is missing and could not be installed.
    """
    program = debian.ensure(("pgbouncer", "/usr/sbin/pgbouncer"), packages=("pgbouncer",), missing=MISSING)
    parts, port = urlsplit(url), free_port()
    place = {name: values[0] for name, values in parse_qs(parts.query).items()}
    folder = Path(tempfile.mkdtemp(prefix="ou-pgbouncer-", dir="/tmp"))  # it must enter all folders above
    password = unquote(parts.password or "").replace('"', '""')
    (folder / "users.txt").write_text(f'"{parts.username}" "{password}"\n', encoding="utf-8")
    filled = SETTINGS.format(
        folder=folder,
        host=parts.hostname or place["host"],
        port=parts.port or place.get("port", 5432),
        own_port=port,
        pool_size=pool_size,
        auth="scram-sha-256" if password else "trust",
    )
    (folder / "pgbouncer.ini").write_text(filled, encoding="utf-8")
    account = Account.unprivileged() if os.geteuid() == 0 else None  # PgBouncer refuses to run as root
    if account is not None:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.uid, account.gid)
    with (folder / "output").open("ab") as output:
        process = owner.start([str(program), str(folder / "pgbouncer.ini")], account=account, output=output)
    try:
        wait_for(lambda: "process up" in _log(folder), "PgBouncer")
        credentials = parts.netloc.rpartition("@")[0]
        yield urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{port}", query=""))
    finally:
        owner.end([process], grace=5.0)
        shutil.rmtree(folder, ignore_errors=True)


def _log(folder: Path) -> str:
    file = folder / "pgbouncer.log"
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
