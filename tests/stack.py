"""The whole of OpenUser as processes, for tests that go from phone to phone: emulator, web, workers, beat, broker."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

from openuser.services import valkey
from openuser.services.processes import Processes

ROOT = Path(__file__).resolve().parents[1]
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
EMULATED = {
    "CORP_ID": "wwfeedfacefeedface",
    "AGENT_ID": "1000002",
    "SECRET": "stack-secret-0123456789",
    "TOKEN": "StackToken",
}
CELERY = [sys.executable, "-m", "celery", "-A", "openuser"]
COMMANDS = {
    "worker": [*CELERY, "worker", "-Q", "default", "-P", "threads", "-c", "4", "-l", "WARNING", "-n", "worker@stack"],
    "render": [*CELERY, "worker", "-Q", "render", "-P", "threads", "-c", "1", "-l", "WARNING", "-n", "render@stack"],
    "beat": [*CELERY, "beat", "-l", "WARNING", "--schedule", "unused"],
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(condition: Callable[[], Any], what: str, *, seconds: float = 60.0) -> Any:
    """Poll a condition until it holds; its value. Fails with words when it never does."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)


class Stack:
    """Starts, kills and restarts the parts; speaks to the emulator's control API."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ou-stack-", dir="/tmp"))
        self.owner = Processes()
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.closing = ExitStack()
        self.port, self.emulator_port = free_port(), free_port()
        self.url, self.emulator_url = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.emulator_port}"
        self.env = self._environment()

    def _environment(self) -> dict[str, str]:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("OPENUSER_", "WECHAT_"))}
        env |= {
            "DJANGO_SETTINGS_MODULE": "openuser.settings.test",
            "OPENUSER_VAR_DIR": str(self.folder),
            "OPENUSER_SWEEP_SECONDS": "1",
            "OPENUSER_REWAKE_SECONDS": "1",
            "WECHAT_RETRY_UNIT": "0.05",
            "WECHAT_READ_TIMEOUT": "2",
            "WECHAT_API_BASE_URL": self.emulator_url,
            "WECHAT_CORP_ID": EMULATED["CORP_ID"],
            "WECHAT_AGENT_ID": EMULATED["AGENT_ID"],
            "WECHAT_CORP_SECRET": EMULATED["SECRET"],
            "WECHAT_TOKEN": EMULATED["TOKEN"],
            "WECHAT_ENCODING_AES_KEY": AES_KEY,
            "EMULATOR_DATABASE": str(self.folder / "emulator.sqlite3"),
            "EMULATOR_CALLBACK": f"{self.url}/api/v1/integrations/wechat/webhook",
            "EMULATOR_AES_KEY": AES_KEY,
            "LANGUAGE_CODE": "zh-hans",
            "TEST_BROKER_URL": "",
            "PYTHONPATH": str(ROOT),
        }
        env |= {f"EMULATOR_{name}": value for name, value in EMULATED.items()}
        env["TEST_DATABASE_URL"] = self._database(env.get("TEST_DATABASE_URL", ""))
        return env

    def _database(self, url: str) -> str:
        """A database of its own on the server of this run, or the SQLite file of the folder."""
        if not url.startswith("postgres"):
            return ""
        import psycopg

        name = f"stack_{os.getpid()}_{self.port}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        parts = urlsplit(url)
        return urlunsplit(parts._replace(path=f"/{name}")) if parts.netloc else url.replace("/postgres?", f"/{name}?")

    def start(self) -> "Stack":
        self.closing.enter_context(valkey.running(self.folder / "valkey", processes=self.owner))
        self._manage("migrate", "--verbosity", "0")
        self._manage("seed")
        self.run("emulator")
        self.run("web")
        for name in COMMANDS:
            self.run(name)
        wait_for(lambda: self._answers(f"{self.url}/healthz/ready"), "the web process")
        wait_for(lambda: self._answers(f"{self.emulator_url}/emulator/api/calls"), "the emulator")
        return self

    def close(self) -> None:
        for name in list(self.parts):
            self.kill(name, signal.SIGTERM)
        self.closing.close()
        self.owner.end_all()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, name: str, **env: str) -> None:
        """Start a part, with additional environment."""
        commands = {
            **COMMANDS,
            "emulator": [sys.executable, "manage.py", "emulator", "--port", str(self.emulator_port)],
            "web": [
                *(sys.executable, "-m", "uvicorn", "openuser.asgi:application", "--port", str(self.port)),
                *("--lifespan", "off", "--log-level", "warning"),
            ],
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            part = self.owner.start(commands[name], env={**self.env, **env}, cwd=ROOT, output=log)
        self.parts[name] = part

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """End a part, by default as the out-of-memory killer would."""
        part = self.parts.pop(name)
        if number == signal.SIGKILL:
            part.kill()
            part.wait()
        self.owner.end([part], number=number, grace=8.0)

    def restart(self, name: str, **env: str) -> None:
        if name in self.parts:
            self.kill(name)
        self.run(name, **env)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def api(self, method: str, path: str, **options: Any) -> Any:
        """Call the emulator's control API."""
        answer = requests.request(method, f"{self.emulator_url}/emulator/api/{path}", timeout=15, **options)
        assert answer.ok, answer.text
        return answer.json()

    def _manage(self, *line: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *line], env=self.env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )

    def _answers(self, url: str) -> bool:
        try:
            return requests.get(url, timeout=2).ok
        except requests.RequestException:
            return False
