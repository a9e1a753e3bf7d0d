"""The programs of a running installation: their command lines, environments and readiness checks."""

import http.client
import itertools
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from celery.utils.nodenames import gethostname
from django.conf import settings

from core.work import broker as lanes
from openuser.bootstrap import database_choice
from openuser.celery import app
from openuser.launcher import listener as listener_file
from openuser.launcher.supervisor import Program
from openuser.launcher.worker_process import BETWEEN
from openuser.servers import postgres, valkey
from openuser.servers.server_processes import ServiceError

ROOT = Path(__file__).resolve().parents[2]
WEBHOOK = "/api/v1/integrations/wechat/webhook"
WORKERS, WEB, EMULATOR, BROKER, DATABASE, ACCEPTOR = range(6)  # the order in which they end
# Suppresses Celery's warning about root, which would be the first line of every container.
PYTHON = (sys.executable, "-W", "ignore:You're running the worker", "-m")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The programs that `up` runs, and their addresses."""

    host: str
    port: int
    emulator_port: int
    with_emulator: bool
    with_broker: bool
    database: str = ""  # the installation's own: sqlite or postgres

    @property
    def site(self) -> str:
        """The URL of the web server on this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def phone(self) -> str:
        """The URL of the emulator's phone."""
        return f"{self.emulator}/emulator/"

    @property
    def emulator(self) -> str:
        """The URL of the emulator."""
        return f"http://127.0.0.1:{self.emulator_port}"

    def environment(self) -> Mapping[str, str]:
        """The environment of every program."""
        return {
            **os.environ,
            **({database_choice.VARIABLE: self.database} if self.database else {}),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "",  # else each of them compiles the same modules at every start
            "BROKER_URL": settings.BROKER_URL,
            "SITE_URL": os.environ.get("SITE_URL") or self.site,
            "OPENUSER_EMULATOR_URL": self.emulator,
            "EMULATOR_CALLBACK": self.site + WEBHOOK,
            "EMULATOR_DATABASE": str(settings.VAR_DIR / "emulator.sqlite3"),
        }


def database() -> Program:
    """PostgreSQL; creates its data folder if it is missing.

    Raises:
        ServiceError: there is no server, or none for this version of the data.
    """
    folder = settings.VAR_DIR / "postgres"
    cluster = postgres.prepare(folder)
    return Program(
        name="postgres",
        command=cluster.command(),
        env=cluster.server.environment(),
        stage=DATABASE,
        grace=15.0,
        end_signal=signal.SIGINT,  # SIGTERM would wait for the last connection
        account=cluster.server.account,
        cwd=cluster.data,
        is_ready=lambda: postgres.is_ready(folder),
    )


def broker(plan: Plan) -> Program:
    """Valkey.

    Raises:
        ServiceError: there is none on this machine.
    """
    binary = valkey.find_binary()
    if binary is None:
        raise ServiceError(valkey.MISSING)
    folder = settings.VAR_DIR / "valkey"
    return Program(
        name="valkey",
        command=valkey.command(binary, folder),
        env=plan.environment(),
        stage=BROKER,
        is_ready=lambda: valkey.is_ready(folder),
    )


def emulator(plan: Plan) -> Program:
    """The emulator of WeChat Work."""
    return Program(
        name="emulator",
        command=(sys.executable, str(ROOT / "manage.py"), "emulator", "--port", str(plan.emulator_port)),
        env=plan.environment(),
        stage=EMULATOR,
        is_ready=responds(plan.emulator, "/emulator/"),
    )


def web(plan: Plan, listener: socket.socket) -> Program:
    """The web server, with pages, API and websockets."""
    return Program(
        name="web",
        command=(sys.executable, "-m", "openuser.launcher.web_process", str(listener.fileno())),
        env=plan.environment(),
        stage=WEB,
        is_ready=responds(plan.site, "/healthz/ready", although="disk_full"),  # `up` says so in words of its own
        descriptors=(listener.fileno(),),
        longest_pause=1.0,  # callbacks wait for it
    )


def acceptor(plan: Plan, listener: socket.socket) -> Program:
    """Takes callbacks that the web process leaves waiting, also after `up` was killed."""
    path = listener_file.control_path(settings.VAR_DIR)
    serving = listener_file.serving_path(settings.VAR_DIR)
    shared = ("--descriptor", str(listener.fileno()), "--control", str(path), "--serving", str(serving))
    return Program(
        name="acceptor",
        command=(sys.executable, "-m", "wecom.callbacks.acceptor", *shared, "--parent", str(os.getpid())),
        env={
            **plan.environment(),
            "OPENUSER_FIELD_KEYS": ",".join(settings.FIELD_KEYS),
            "OPENUSER_SPOOL_DIR": str(settings.WECOM["SPOOL_DIR"]),
        },
        stage=ACCEPTOR,
        cwd=ROOT,
        descriptors=(listener.fileno(),),
        longest_pause=1.0,
        outlives=True,
    )


def workers(plan: Plan) -> Program:
    """The Celery workers and beat: processes of their own, forked from one parent that has imported everything.

    One worker answers and sends, one renders one video at a time, and one does bulk work: one of its threads computes
    while the other calls. Beat inside of a worker could survive and run twice. Members wait for the first two only.
    """
    parts = [
        _worker("worker", lane=lanes.DEFAULT, threads=4),
        _worker("render", lane=lanes.RENDER, threads=1),
        _worker("bulk", lane=lanes.BULK, threads=2),
        ("beat", "-l", "WARNING", "--pidfile="),
    ]
    line = itertools.chain.from_iterable((BETWEEN, *part) for part in parts)
    return Program(
        name="workers",
        command=(*PYTHON, "openuser.launcher.worker_process", *line),
        env=plan.environment(),
        stage=WORKERS,
        grace=4.0,
        is_ready=responds_to_ping("worker", "render"),
    )


def _worker(name: str, *, lane: str, threads: int) -> tuple[str, ...]:
    options = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return ("-Q", lane, "-P", "threads", "-c", str(threads), "-n", f"{name}@%h", "-l", "WARNING", *options)


def responds(site: str, path: str, *, although: str = "") -> Callable[[], bool]:
    """A readiness check: whether a page returns 200, or another status with this word in its answer."""

    def check() -> bool:
        connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=2)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status == 200 or (bool(although) and although.encode() in response.read(1000))
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return check


def responds_to_ping(*names: str) -> Callable[[], bool]:
    """A readiness check: whether these workers answer a ping."""
    nodes = [f"{name}@{gethostname()}" for name in names]

    def check() -> bool:
        try:
            return len(app.control.ping(destination=nodes, timeout=0.5) or ()) == len(nodes)
        except app.connection_for_write().connection_errors:
            return False

    return check
