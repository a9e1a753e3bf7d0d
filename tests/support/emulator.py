"""The emulator as a process, and its members: what they do and receive."""

import contextlib
import itertools
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from openuser.servers.server_processes import Processes
from tests.support.paths import ROOT

AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
KEYS = {
    "CORP_ID": "wwfeedfacefeedface",
    "AGENT_ID": "1000002",
    "SECRET": "stack-secret-0123456789",
    "TOKEN": "StackToken",
    "AES_KEY": AES_KEY,
}
LONGEST_WAIT = 30
PIECE = 20_000  # members
_numbers = itertools.count(1)
_ports = itertools.count(os.getpid() % 200 * 100)


def free_port() -> int:
    """A port for a server that is yet to come.

    The system gives it to no outgoing connection meanwhile (those begin at 32768), and the suite's other workers begin
    to count elsewhere.
    """
    for number in _ports:
        port = 10_000 + number % 20_000
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def wait_for(condition: Callable[[], Any], what: str, *, seconds: float = 60.0) -> Any:
    """Poll a condition until it holds; its value. Fails with words when it never does."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


class Emulator:
    """The control API of a running emulator."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "emulator", "--port", str(self.port)]

    @staticmethod
    def environment(folder: Path, callback: str) -> dict[str, str]:
        env = {f"EMULATOR_{name}": value for name, value in KEYS.items()}
        return env | {"EMULATOR_DATABASE": str(folder / "emulator.sqlite3"), "EMULATOR_CALLBACK": callback}

    def start(self, owner: Processes, folder: Path, callback: str) -> "Emulator":
        env = {**os.environ, **self.environment(folder, callback)}
        with (folder / "emulator.log").open("ab") as log:
            owner.start(self.command(), env=env, cwd=ROOT, output=log)
        wait_for(lambda: answers(f"{self.url}/emulator/api/calls"), "the emulator")
        return self

    def api(self, method: str, path: str, **options: Any) -> Any:
        answer = requests.request(method, f"{self.url}/emulator/api/{path}", timeout=70, **options)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, name: str, path: str = "message/send", **fields: Any) -> None:
        """The next call of a path goes wrong in a way that has a name."""
        self.api("POST", "faults", json={"name": name, "path": path, **fields})

    def calls(self, path: str) -> int:
        return int(self.api("GET", "calls")["counts"].get(path, 0))

    def add_crowd(self, prefix: str, count: int) -> None:
        """So many members, numbered from 1; in pieces, so that each call ends in its time on a busy machine, too."""
        for first in range(1, count + 1, PIECE):
            piece = {"userid": prefix, "first": first, "count": min(PIECE, count + 1 - first)}
            self.api("POST", "members", json=piece)

    def hire(self) -> "Person":
        """A member of one's own, so that tests do not meet."""
        user_id = f"person{next(_numbers)}x{os.getpid()}"
        self.api("POST", "members", json={"userid": user_id, "name": user_id})
        return Person(self, user_id)


class Person:
    """A member with a phone."""

    def __init__(self, emulator: Emulator, user_id: str) -> None:
        self.emulator = emulator
        self.user_id = user_id
        self._seen = 0

    def writes(self, text: str, **twist: Any) -> None:
        self.emulator.api("POST", "send", json={"member": self.user_id, "text": text, **twist})

    def sends(self, kind: str, name: str, data: bytes) -> None:
        self.emulator.api("POST", "send", data={"member": self.user_id, "type": kind}, files={"media": (name, data)})

    def does(self, event: str, **fields: Any) -> None:
        self.emulator.api("POST", "event", json={"member": self.user_id, "event": event, **fields})

    def presses(self, key: str, **which: Any) -> None:
        """Press a button: of the newest card that has this key, or of the `entry` that is named."""
        self.emulator.api("POST", "press", json={"member": self.user_id, "key": key, **which})

    def received(self) -> list[dict[str, Any]]:
        """Everything that arrived so far, in order."""
        entries = self.emulator.api("GET", "ledger", params={"member": self.user_id})["entries"]
        assert isinstance(entries, list)
        return entries

    def texts(self) -> list[str]:
        return [entry["content"].get("content", entry["msgtype"]) for entry in self.received()]

    def reads(self, count: int = 1, *, seconds: float = 45) -> list[dict[str, Any]]:
        """The next `count` messages, waited for."""
        entries: list[dict[str, Any]] = []
        deadline = time.monotonic() + seconds
        while len(entries) < count and time.monotonic() < deadline:
            query = {"member": self.user_id, "since": self._seen, "wait": min(seconds, LONGEST_WAIT), "count": count}
            entries = self.emulator.api("GET", "ledger", params=query)["entries"]
        assert len(entries) >= count, f"{self.user_id} waited for {count} messages and got {len(entries)}"
        self._seen = entries[count - 1]["id"]
        return entries[:count]

    def hears(self, words: str, *, seconds: float = 60) -> None:
        """Read on until a message has these words."""
        end = time.monotonic() + seconds
        while words not in words_of(self.reads(seconds=max(end - time.monotonic(), 0.1))[0]):
            pass

    def reads_text(self, *, seconds: float = 45) -> str:
        """The next message, which is text, or a card, in words."""
        (entry,) = self.reads(seconds=seconds)
        return words_of(entry)


def words_of(entry: dict[str, Any]) -> str:
    """The text of a message; of a card its title and its rows as it looks now; of anything else its kind."""
    content = entry["content"]
    if entry["msgtype"] == "template_card":
        rows = [f"{row['keyname']}: {row.get('value', '')}" for row in content.get("horizontal_content_list") or []]
        return "\n".join([content["main_title"]["title"], *rows])
    return str(content.get("content", entry["msgtype"]))
