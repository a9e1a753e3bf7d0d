"""Cost of an installation: install, first start, warm start; seconds and MB.

    python -m tests.benchmarks.up [PYTHON]

Clones the committed state into a temporary folder and runs the README's command there with PYTHON (default: python3).
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.emulator import free_port
from tests.support.paths import ROOT

READY = re.compile(r"READY after ([\d.]+) s")


def main() -> None:
    """Print the figures."""
    python = sys.argv[1] if len(sys.argv) > 1 else "python3"
    folder = Path(tempfile.mkdtemp(prefix="ou-bench-"))
    try:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "openuser")], check=True)
        for name in ("first start, with the installation", "warm start"):
            report(name, folder / "openuser", python)
        print(f"{'.venv':34} {size_mb(folder / 'openuser' / '.venv'):8.0f} MB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(name: str, checkout: Path, python: str) -> None:
    line = [python, "manage.py", "up", "--port", str(free_port()), "--emulator-port", str(free_port())]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("OPENUSER_", "DJANGO_", "VIRTUAL"))}
    began = time.monotonic()
    up = subprocess.Popen(line, cwd=checkout, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert up.stdout is not None
    own = next((float(found[1]) for text in up.stdout if (found := READY.search(text))), float("nan"))
    total = time.monotonic() - began
    print(f"{name:34} {total:8.1f} s   up itself {own:6.1f} s   {memory_mb(checkout):6.0f} MB PSS")
    stopping = time.monotonic()
    up.send_signal(signal.SIGINT)
    up.wait()
    print(f"{'  Ctrl-C to the end':34} {time.monotonic() - stopping:8.1f} s")


def memory_mb(checkout: Path) -> float:
    """Proportional set size of every process that runs from the checkout's environment."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(checkout).encode() in (process / "cmdline").read_bytes():
                total += int((process / "smaps_rollup").read_text().split("Pss:")[1].split()[0])
        except (OSError, IndexError):
            continue
    return total / 1024


def size_mb(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


if __name__ == "__main__":
    main()
