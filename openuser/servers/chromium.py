"""The browser that the suite drives: Debian's Chromium, with fonts that can show Chinese."""

import os
import shutil
import subprocess
from pathlib import Path

from openuser.servers.processes import ServiceError

PACKAGES = ("chromium", "fonts-noto-cjk")
MISSING = (
    "Chromium is missing, so the browser tests cannot run.\n"
    f"  Install it (Debian: sudo apt-get install {' '.join(PACKAGES)}) and run again, or leave them out: "
    "python3 manage.py test --fast"
)


def find() -> Path | None:
    """The browser of this machine; None if there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    return Path(found) if found else None


def ensure() -> Path:
    """The browser, installed now if this is root on Debian or Ubuntu.

    Raises:
        ServiceError: it is missing and could not be installed.
    """
    found = find()
    if found is not None:
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServiceError(MISSING)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for line in (("apt-get", "update", "-q"), ("apt-get", "install", "-q", "-y", "--no-install-recommends", *PACKAGES)):
        subprocess.run(line, env=environment, check=False)
    found = find()
    if found is None:
        raise ServiceError(MISSING)
    return found
