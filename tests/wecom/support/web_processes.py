"""Every server that may stand at the door, over one database: real processes, asked over HTTP."""

import itertools
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import requests
from django.conf import settings
from django.test import override_settings

from tests.support.emulator import AES_KEY, KEYS, free_port, wait_for
from tests.support.stack import Stack
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom.callbacks import application_file
from wecom.callbacks.spool.spool_files import files
from wecom.models import Application, Corporation

LANE, RUNSERVER, ACCEPTOR = "lane by uvicorn", "view by runserver", "acceptor"
PYTHON = [sys.executable, "-m"]
SERVERS = {
    "view by uvicorn": [*PYTHON, "uvicorn", "openuser.asgi:application", "--lifespan", "on", "--log-level", "warning"],
    LANE: [*PYTHON, "uvicorn", "openuser.asgi:application", "--lifespan", "on", "--log-level", "warning"],
    "view by gunicorn": [
        *PYTHON,
        "gunicorn",
        "openuser.wsgi",
        "--worker-class",
        "gthread",
        "--threads",
        "8",
        "--no-control-socket",
    ],
    RUNSERVER: [sys.executable, "manage.py", "runserver", "--noreload", "--skip-checks"],
    ACCEPTOR: [*PYTHON, "wecom.callbacks.acceptor"],
}
WEB_SERVERS = sorted(SERVERS.keys() - {ACCEPTOR})  # the acceptor never asks the database
MORE = {
    LANE: {"OPENUSER_CALLBACK_LANE": "true"},
    ACCEPTOR: {"OPENUSER_FIELD_KEYS": ",".join(settings.FIELD_KEYS)},
}
GIVES_UP = 3.0  # seconds
_numbers = itertools.count(1)


class Servers(Stack):
    """All of `SERVERS`, and none of the other parts."""

    def __init__(self, run_folder: Path) -> None:
        super().__init__(run_folder)
        self.ports = {name: free_port() for name in SERVERS}
        self.spool = self.folder / "spool"
        self.application = Application(
            agent_id=int(KEYS["AGENT_ID"]),
            token=KEYS["TOKEN"],
            encoding_aes_key=AES_KEY,
            corporation=Corporation(corp_id=KEYS["CORP_ID"]),
        )

    def commands(self) -> dict[str, list[str]]:
        return {name: [*line, *self._place(name)] for name, line in SERVERS.items()}

    def start(self) -> "Servers":
        self.serve()
        self.prepare()
        for name in SERVERS:
            self.run(name, **MORE.get(name, {}))
        for name in SERVERS:
            wait_for(self.of(name).is_up, f"the {name}", seconds=180)
        return self

    def of(self, name: str) -> "Door":
        return Door(self, name)

    def _place(self, name: str) -> list[str]:
        where = f"127.0.0.1:{self.ports[name]}"
        if name == ACCEPTOR or "gunicorn" in SERVERS[name]:
            return ["--bind", where]
        return [where] if name == RUNSERVER else ["--port", str(self.ports[name])]

    @contextmanager
    def mute_database(self) -> Iterator[None]:
        """The database takes callbacks and answers none while the block runs."""
        if url := self.postgres_url():
            with psycopg.connect(url) as connection:
                connection.execute("LOCK TABLE wecom_callback")
                yield
                connection.rollback()
            return
        with closing(sqlite3.connect(self.database, timeout=20, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.rollback()

    @contextmanager
    def without_applications(self) -> Iterator[None]:
        """The keys of applications cannot be read from the database while the block runs."""
        self.execute("ALTER TABLE wecom_application RENAME TO wecom_gone")
        try:
            yield
        finally:
            self.execute("ALTER TABLE wecom_gone RENAME TO wecom_application")

    def execute(self, statement: str) -> None:
        if url := self.postgres_url():
            with psycopg.connect(url) as connection:
                connection.execute(statement)
            return
        with closing(sqlite3.connect(self.database, timeout=20, isolation_level=None)) as connection:
            connection.execute(statement)

    def own_key(self) -> str:
        """The key in the address of the application."""
        ((pk, key),) = self.asks("SELECT id, webhook_key FROM wecom_application")
        self.application.pk = pk
        return str(key)

    def keep_keys(self, key: str) -> None:
        """Leave on the disk what an earlier process knew of the address with this key."""
        with override_settings(WECOM={**settings.WECOM, "SPOOL_DIR": str(self.spool)}):
            application_file.keep(key, self.application)

    def recorded(self, member: str) -> list[str]:
        """What the database has of a member, in its order."""
        query = f"SELECT identity FROM wecom_callback WHERE from_user_id = '{member}' ORDER BY id"
        return [identity for (identity,) in self.asks(query)]

    def spooled(self) -> int:
        return sum(path.read_bytes().count(b"\n") for path in files(self.spool))

    def wait_until_recorded(self) -> None:
        wait_for(lambda: not files(self.spool), "the spool to be recorded")


class Door:
    """One of the servers, and a member who is heard of nowhere else."""

    def __init__(self, servers: Servers, name: str) -> None:
        self.servers = servers
        self.asks_database = name != ACCEPTOR
        self.url = f"http://127.0.0.1:{servers.ports[name]}"
        self.member = f"member{os.getpid()}x{next(_numbers)}"

    def is_up(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz/{'ready' if self.asks_database else 'acceptor'}", timeout=5).ok
        except requests.RequestException:
            return False

    def callback(self, *, token: str = "", corp: str = "") -> Envelope:
        application = self.servers.application
        xml = text_xml(application, user=self.member, msg_id=next(_numbers))
        return Envelope(application, xml, token=token, corp=corp)

    def post(self, envelope: Envelope, *, path: str = "", body: str = "") -> tuple[int, bytes]:
        """The answer; 0 if there is none."""
        return self.ask("POST", f"{PATH}{path}?{envelope.query}", body or envelope.body)

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        headers = {"Content-Type": "text/xml", "Connection": "close"}
        try:
            answer = requests.request(
                method, self.url + path, data=body.encode(), headers=headers, timeout=GIVES_UP, allow_redirects=False
            )
        except requests.RequestException:
            return 0, b""
        return answer.status_code, answer.content

    def recorded(self) -> list[str]:
        """What the database has of the member: at once, or as soon as a web server has replayed the spool."""
        if not self.asks_database:
            self.servers.wait_until_recorded()
        return self.servers.recorded(self.member)
