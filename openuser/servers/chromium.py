"""The browser that the suite drives: Debian's Chromium, with fonts that can show Chinese."""

from pathlib import Path

from openuser.servers import debian

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
MISSING = (
    "Chromium is missing, so the browser tests cannot run.\n"
    f"  Install it (Debian: sudo apt-get install {' '.join(PACKAGES)}) and run again, or leave them out: "
    "python3 manage.py test --fast"
)


def find() -> Path | None:
    """The browser of this machine; None if there is none."""
    return debian.find(NAMES)


def find_or_install() -> Path:
    """The browser, installed now if this is root on Debian or Ubuntu.

    Raises:
        ServiceError: it is missing and could not be installed.
    """
    return debian.ensure(NAMES, packages=PACKAGES, missing=MISSING)
