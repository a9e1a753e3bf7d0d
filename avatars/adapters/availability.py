"""Whether an engine can work here, and if not, which package, file, setting or licence it lacks. Loads nothing.

Web processes call it, so engines import heavy packages only when they are created.
"""

import importlib.util
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CONNECT_SECONDS = 0.5  # seconds: a check must not wait for a server that is not there


class State(StrEnum):
    """The state of an engine; all but the first keep it from working."""

    READY = "ready"
    SETTING = "not_configured"
    PACKAGE = "package_missing"
    FILE = "file_missing"
    DAMAGED = "file_damaged"
    LICENCE = "licence_needed"
    SILENT = "server_silent"
    HOST = "host_not_allowed"


@dataclass(frozen=True, kw_only=True)
class NeededFile:
    """A file that an engine reads. `size` is its exact length in bytes, `least` its least; 0 where unknown."""

    name: str
    path: Path
    size: int = 0
    least: int = 0
    sha256: str = ""

    @property
    def present(self) -> bool:
        return self.path.is_file()

    @property
    def whole(self) -> bool:
        """Whether its length is right: a pointer, an error page or the half of a download is shorter."""
        length = self.path.stat().st_size if self.present else 0
        return self.present and length >= self.least and self.size in (0, length)


@dataclass(frozen=True, kw_only=True)
class Availability:
    """The availability of an engine: `about` is the package, file, setting or address that `state` is about.

    `reason` is the state in English; `device` is where it computes: "cpu", "cuda", "server" or "program".
    """

    state: State = State.READY
    about: str = ""
    licence: str = ""
    device: str = "cpu"
    files: tuple[NeededFile, ...] = ()

    @property
    def ok(self) -> bool:
        return self.state is State.READY

    @property
    def reason(self) -> str:
        return _REASONS[self.state].format(self.about)


_REASONS = {
    State.READY: "",
    State.SETTING: "{} is not set.",
    State.PACKAGE: "The package {} is not installed.",
    State.FILE: "{} is missing.",
    State.DAMAGED: "{} is not whole, or another file.",
    State.LICENCE: "Its licence is not free for every use: say with {} that you hold one.",
    State.SILENT: "Nothing answers at {}.",
    State.HOST: "{} is outside of your network.",
}


class Probed:
    """The availability of every engine before it is made."""

    @classmethod
    def probe(cls, **_options: Any) -> Availability:
        """Whether it could be made with these options, in milliseconds and without loading anything."""
        return Availability()


def look(
    *,
    licence: str,
    device: str = "cpu",
    settings: Sequence[tuple[str, Any]] = (),
    packages: Sequence[str] = (),
    files: Sequence[NeededFile] = (),
    licensed: tuple[str, bool] = ("", True),
    address: str = "",
) -> Availability:
    """The first thing that is lacking, or that nothing is.

    `settings` are names with values that must not be empty, `packages` are importable names, `licensed` is the setting
    by which the operator declares to hold a licence, with its value, `address` is the URL of a server.
    """
    state, about = _lacking(settings, packages, files, licensed, address)
    return Availability(state=state, about=about, licence=licence, device=device, files=tuple(files))


def _lacking(
    settings: Sequence[tuple[str, Any]],
    packages: Sequence[str],
    files: Sequence[NeededFile],
    licensed: tuple[str, bool],
    address: str,
) -> tuple[State, str]:
    for name, value in settings:
        if not value:
            return State.SETTING, name
    for package in packages:
        if not installed(package):
            return State.PACKAGE, package
    for file in files:
        if not file.whole:
            return (State.DAMAGED if file.present else State.FILE), str(file.path)
    if not licensed[1]:
        return State.LICENCE, licensed[0]
    if address and not answers(address):
        return State.SILENT, _place(address)
    return State.READY, ""


def installed(package: str) -> bool:
    """Whether a package can be imported; it is not."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def answers(address: str) -> bool:
    """Whether a server listens at the host and port of a URL."""
    parts = urlsplit(address)
    try:
        port = parts.port or (443 if parts.scheme in {"https", "wss"} else 80)
        with socket.create_connection((parts.hostname or "", port), timeout=CONNECT_SECONDS):
            return True
    except (OSError, ValueError):
        return False


def _place(address: str) -> str:
    """Host and port; the rest of an address may hold a secret."""
    parts = urlsplit(address)
    return parts.netloc.rpartition("@")[2] or address
