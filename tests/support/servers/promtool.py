"""Prometheus's own checker of rules: Debian's package `prometheus` has it."""

import subprocess
from pathlib import Path

from openuser.servers import debian

MISSING = "promtool is missing.\n  Install it (Debian: sudo apt-get install prometheus) and run again."


def run(*arguments: str, folder: Path) -> str:
    """What it prints, and its exit status if that is not 0.

    Raises:
        ServiceError: it is missing and could not be installed.
    """
    program = debian.ensure(("promtool",), packages=("prometheus",), missing=MISSING)
    done = subprocess.run([str(program), *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr + (f"\nexit status {done.returncode}" if done.returncode else "")
