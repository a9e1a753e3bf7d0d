"""The browser of the tests: Debian's Chromium, with Chinese fonts.

Chromium has all of its windows in headless mode too. Debian has a headless shell beside it, which takes a third of the
processor for the same pages: where you installed that, it is the tests' browser.
"""

from pathlib import Path

from openuser.servers import debian

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
MISSING = (
    "Chromium is missing, so the browser tests cannot run.\n"
    f"  Install it (Debian: sudo apt-get install {' '.join(PACKAGES)}) and run again, or leave them out: "
    "python3 manage.py test --fast"
)


def find() -> Path | None:
    """The installed browser, the headless shell first; None if there is none."""
    return debian.find(NAMES)


def find_or_install() -> Path:
    """The browser; as root on Debian or Ubuntu, it is installed if missing.

    Raises:
        ServiceError: it is missing and could not be installed.
    """
    return debian.ensure(NAMES, packages=PACKAGES, missing=MISSING)
