"""Programs that are killed when the process that started them ends, however it ends. On Linux only."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux' prctl(2)
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
OURSELVES = Path("/proc/self/exe")
# Of an ELF file: how long its header is as far as the machine that it is for, and where in it that stands.
HEADER, KIND, MACHINE = 20, slice(6), slice(18, 20)


def start(command: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
    """Start a program as `subprocess.Popen` does. Raises `OSError` where it cannot be started.

    Python would fork to run a function of ours in the child, and copy the tables of all memory for it: 13 ms where
    models are loaded. `setpriv` of util-linux asks the kernel for the same, and needs no fork. It does so about two
    milliseconds after this returns: if the parent is killed meanwhile, the program goes on to the end of its input.
    """
    if (setpriv := _setpriv()) and _is_native(command[0]):
        return subprocess.Popen([setpriv, "--pdeathsig", "KILL", *command], **options)
    return subprocess.Popen(command, **options, preexec_fn=die_with_parent)  # noqa: PLW1509 - one system call


def die_with_parent() -> None:
    """Called in a new process on Linux: it is killed when its parent ends."""
    if LIBC is not None:
        LIBC.prctl(DEATH_SIGNAL, signal.SIGKILL)


@cache
def _setpriv() -> str | None:
    """Its path, where there is one that can do this: BusyBox's cannot."""
    path = shutil.which("setpriv") if LIBC is not None else None
    if path is None:
        return None
    asked = subprocess.run([path, "--pdeathsig", "KILL", path, "--version"], capture_output=True, check=False)
    return None if asked.returncode else path


def _is_native(program: str) -> bool:
    """Whether it is a file that this machine runs. Of any other, Popen names the fault, and setpriv would not."""
    if not (os.path.isabs(program) and os.path.isfile(program) and os.access(program, os.R_OK | os.X_OK)):
        return False
    with open(program, "rb") as file:
        header = file.read(HEADER)
    ours = _own_header()
    return (header[KIND], header[MACHINE]) == (ours[KIND], ours[MACHINE])


@cache
def _own_header() -> bytes:
    with OURSELVES.open("rb") as file:
        return file.read(HEADER)
