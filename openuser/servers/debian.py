"""Programs that Debian packages and PyPI does not."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from openuser.servers.server_processes import ServiceError


def find(names: Iterable[str]) -> Path | None:
    """The first of these programs that this machine has; None if it has none."""
    program = next((path for name in names if (path := shutil.which(name))), None)
    return Path(program) if program else None


def ensure(names: Iterable[str], *, packages: Iterable[str], missing: str) -> Path:
    """The program, installed now if this is root on Debian or Ubuntu.

    Raises:
        ServiceError: it is missing and could not be installed; with the words of `missing`.
    """
    names = tuple(names)
    program = find(names)
    if program is None and os.geteuid() == 0 and shutil.which("apt-get") is not None:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ("apt-get", "install", "-q", "-y", "--no-install-recommends", *packages)
        for line in (("apt-get", "update", "-q"), install):
            subprocess.run(line, env=environment, check=False)
        program = find(names)
    if program is None:
        raise ServiceError(missing)
    return program
