"""Runs pip for the bootstrap: progress lines, and readable errors. Standard library only."""

import os
import platform
import re
import shlex
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from openuser.bootstrap import dotenv

LOG = Path(__file__).resolve().parents[2] / "logs" / "install.log"


def run(command: Sequence[str]) -> tuple[int, str]:
    """Run pip, print its progress, log its output to logs/install.log. Returns its status and last 200 lines."""
    LOG.parent.mkdir(exist_ok=True)
    started = time.monotonic()
    # Some configurations set --user, which pip rejects in a virtual environment.
    environment = {**os.environ, "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    kept: deque[str] = deque(maxlen=200)
    got = 0.0
    with (
        LOG.open("a", encoding="utf-8") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
        ) as pip,
    ):
        log.write(f"\n{time.strftime('%F %T')} {shlex.join(command)}\n")
        for line in pip.stdout or ():
            log.write(line)
            kept.append(line)
            got += megabytes(line)
            news = progress(line, got)
            if news:
                print(f"  {time.monotonic() - started:4.0f} s  {news}", flush=True)
    return pip.returncode, "".join(kept)


def more_arguments() -> list[str]:
    """Arguments that settings add to every command of pip that uses an index."""
    # Another package index with builds of torch, such as `https://download.pytorch.org/whl/cpu`.
    index = dotenv.text("OPENUSER_TORCH_INDEX", default="")
    # More arguments of every `pip install`, such as `--index-url https://pypi.tuna.tsinghua.edu.cn/simple`.
    arguments = shlex.split(dotenv.text("OPENUSER_PIP_ARGS", default=""))
    return [*arguments, *(["--extra-index-url", index] if index else [])]


def offers_small_torch(python: Path) -> bool:
    """Whether pip would install a CPU build of torch. On Linux with x86, the default build brings CUDA (3 GB)."""
    if sys.platform != "linux" or platform.machine() not in {"x86_64", "AMD64"}:
        return True
    command = [str(python), "-m", "pip", "index", "versions", "torch", *more_arguments()]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    # The output also names the installed version, which the index may not have.
    return any("+cpu" in line for line in asked.stdout.splitlines() if line.startswith("Available versions:"))


def progress(line: str, got: float) -> str:
    """The progress in a line of pip's output; empty for most lines, and for small packages.

    Args:
        got: megabytes downloaded so far, including this line.
    """
    text = line.strip()
    file = re.match(r"(?:Downloading|Using cached) (?:\S*/)?(\S+?)-(\d[^-\s]*?)(?:-\S+\.whl|\.tar\.gz|\.zip) ", text)
    size = megabytes(line)
    if file and size >= 1.0:
        return f"{file[1].replace('_', '-')} {file[2]} ({size:.0f} MB)"
    if text.startswith("Installing collected packages:"):
        return f"unpacking {text.count(',') + 1} packages, {got:.0f} MB"
    built = re.match(r"Building wheel for (\S+) .*started", text)
    return f"building {built[1]}" if built else ""


def megabytes(line: str) -> float:
    """The megabytes that a line of pip's output reports as downloaded; 0 for other lines."""
    size = re.match(r"\s*(?:Downloading|Using cached) \S+ \(([\d.]+) ([kMG]?)B\)", line)
    return float(size[1]) * {"": 1e-6, "k": 1e-3, "M": 1.0, "G": 1e3}[size[2]] if size else 0.0


def explain(output: str) -> str:
    """An error message for a failed `pip install`, with the package's name if pip gives it."""
    where = f"The whole output is in {LOG.parent.name}/{LOG.name}."
    if re.search(r"No space left on device|Errno 28", output):
        return f"the disk is full.\n  Make room on the disk of {LOG.parents[1]} and run again. {where}"
    missing = re.search(r"No matching distribution found for ([^\s;(]+)", output)
    if missing:
        return (
            f"pip found no wheel of {missing[1]} for Python {sys.version_info.major}.{sys.version_info.minor} here.\n"
            f"  Check that the package registry can be reached (pip config list) and carries it. {where}"
        )
    hashes = re.search(r"DO NOT MATCH THE HASHES[\s\S]*?\n\s+(\S+) from", output)
    if hashes:
        return f"{hashes[1]} is not the file that OpenUser was made with (its hash differs).\n  {where}"
    conflict = re.search(r"Cannot install (.+?) because these package versions", output)
    if conflict:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return f"pip cannot agree on {conflict[1]} for Python {version}.\n  Try Python 3.11. {where}"
    built = re.search(
        r"Failed to build (?:installable wheels for some pyproject\.toml based projects )?\(?(\S+?)\)?\s", output
    )
    if built:
        return f"{built[1]} could not be built: there is no ready wheel of it for this machine.\n  {where}"
    return f"pip could not install everything.\n  It said: {last_words(output)}\n  {where}"


def last_words(output: str) -> str:
    """The last error in an output, else its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?i)(error|.*error:)", line)]
    return (errors or lines or ["nothing"])[-1]
