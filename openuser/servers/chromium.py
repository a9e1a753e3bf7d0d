"""The browser of the tests: Debian's Chromium, with Chinese fonts.

Without windows, menus and tabs, which no test sees, Chromium takes a third of the processor: Debian has that as a
program of its own, the headless shell.
"""

from contextlib import suppress
from pathlib import Path

from openuser.servers import debian
from openuser.servers.server_processes import ServiceError

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome")
FONTS = "fonts-noto-cjk"
MISSING = (
    "Chromium is missing, so the browser tests cannot run.\n"
    f"  Install it (Debian: sudo apt-get install {SHELL} {FONTS}; Ubuntu: chromium in place of {SHELL}) and run again, "
    "or leave them out: python3 manage.py test --fast"
)


def find() -> Path | None:
    """The installed browser, the headless shell first; None if there is none."""
    return debian.find(NAMES)


def find_or_install() -> Path:
    """The installed browser; if there is none, that of `install`. Raises `ServiceError`."""
    return find() or install()


def install() -> Path:
    """The headless shell; as root on Debian, it is installed if missing. Where it cannot be, any other Chromium.

    Raises:
        ServiceError: all are missing and could not be installed.
    """
    with suppress(ServiceError):
        return debian.ensure((SHELL,), packages=(SHELL, FONTS), missing=MISSING)
    return debian.ensure(NAMES, packages=("chromium", FONTS), missing=MISSING)
