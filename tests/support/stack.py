"""All processes of OpenUser, for tests from phone to phone: emulator, web, workers, beat, broker."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from openuser.servers import valkey
from openuser.servers.server_processes import Processes
from tests.runner.database_templates import FILE, templates, url_of
from tests.runner.log_canaries import leaks
from tests.support.emulator import AES_KEY, KEYS, Emulator, answers, free_port, wait_for
from tests.support.paths import ROOT
from tests.support.preloaded import POINT, SHOWS_THREADS, Child, Preloaded, can_be_forked

SETTINGS = "openuser.settings.test"
# With these, videos are made by small engines.
SMALL_ENGINES = "tests.support.small_engine_settings"
CELERY = [sys.executable, "-m", "celery", "-A", "openuser"]
# Started a hundred times, a worker neither looks for others for a second nor runs `manage.py check`. Those of
# test_production and test_postgres do.
WORKER = [*CELERY, "--skip-checks", "worker", "--without-mingle", "--without-gossip"]
COMMANDS = {
    # One process for two lanes, which costs less: see `StackOfLanes`.
    "worker": [*WORKER, "-Q", "default,bulk", "-P", "threads", "-c", "4", "-l", "WARNING", "-n", "worker@stack"],
    "render": [*WORKER, "-Q", "render", "-P", "threads", "-c", "1", "-l", "WARNING", "-n", "render@stack"],
    "beat": [*CELERY, "beat", "-l", "WARNING"],
}
# The processes of `up`, in which the lanes are apart.
LANES = {"worker": ("default", "4"), "bulk": ("bulk", "2"), "render": ("render", "1")}
WORK_TABLES = (
    *("wecom_callback", "wecom_outbound", "wecom_upload", "avatars_render"),
    *("scheduling_campaignrun", "scheduling_batch"),
)


Part = subprocess.Popen[bytes] | Child


class Stack:
    """Starts, kills and restarts the parts.

    Attributes:
        forks: whether parts are forked from a parent that has imported everything; else each is a program of its own.
        tree: the checkout that programs run from. Forked parts are always of this one.
    """

    forks = True
    tree = ROOT

    def __init__(self, run_folder: Path | None = None, *, settings: str = SETTINGS, sweep_seconds: int = 10) -> None:
        """Stacks of one run share what `run_folder` keeps of tests/runner/database_templates.py.

        Args:
            sweep_seconds: how often the stack looks for what was left. An idle one spends its CPU on nothing else.
        """
        self.settings = settings
        self.sweep_seconds = sweep_seconds
        self.folder = Path(tempfile.mkdtemp(prefix="ou-stack-", dir="/tmp"))
        self.run_folder = run_folder or self.folder
        self.owner = Processes()
        self.parts: dict[str, Part] = {}
        self.parents: list[Preloaded] = []  # one for each environment
        self.closing = ExitStack()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.emulator = Emulator(free_port())
        self.env = self._environment()

    @classmethod
    @contextmanager
    def running(cls, run_folder: Path, *, settings: str = SETTINGS, sweep_seconds: int = 10) -> Iterator["Stack"]:
        """A stack that is up for as long as the block lasts."""
        stack = cls(run_folder, settings=settings, sweep_seconds=sweep_seconds)
        try:
            yield stack.start()
        finally:
            stack.close()

    def _environment(self) -> dict[str, str]:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("OPENUSER_", "WECHAT_"))}
        env |= {
            "DJANGO_SETTINGS_MODULE": self.settings,
            "OPENUSER_BOOTSTRAP": "off",
            "OPENUSER_QUIET_HOURS": "",  # tests run at any hour
            "OPENUSER_VAR_DIR": str(self.folder),
            "SITE_URL": self.url,
            "OPENUSER_SWEEP_SECONDS": str(self.sweep_seconds),
            "OPENUSER_REWAKE_SECONDS": "1",
            "OPENUSER_LEASE_SCALE": "0.15",
            "WECHAT_RETRY_BASE_SECONDS": "0.05",
            "WECHAT_PROBE_SECONDS": "1",
            "WECHAT_READ_TIMEOUT": "2",
            "WECHAT_API_BASE_URL": self.emulator.url,
            "WECHAT_OAUTH_BASE_URL": self.emulator.url,
            "WECHAT_LOGIN_BASE_URL": self.emulator.url,
            "TEST_CORP_ID": KEYS["CORP_ID"],
            "WECHAT_AGENT_ID": KEYS["AGENT_ID"],
            "WECHAT_CORP_SECRET": KEYS["SECRET"],
            "WECHAT_TOKEN": KEYS["TOKEN"],
            "WECHAT_ENCODING_AES_KEY": AES_KEY,
            # Everything that could be logged is, and close() looks for what must never be.
            "LOG_LEVEL": "DEBUG",
            "WECHAT_DEBUG": "true",
            "OPENUSER_LOG_DIR": str(self.folder / "logs"),
            "LANGUAGE_CODE": "zh-hans",
            "TEST_BROKER_URL": "",
            "PYTHONPATH": str(self.tree),
        }
        env |= Emulator.environment(self.folder, f"{self.url}/api/v1/integrations/wechat/webhook")
        env["TEST_DATABASE_URL"] = self._database(env.get("TEST_DATABASE_URL", ""))
        return env

    def _database(self, url: str) -> str:
        """A database of its own on the server of this run, with its URL, or the SQLite file of the folder."""
        self.server = url if url.startswith("postgres") else ""
        self.database = f"stack_{os.getpid()}_{self.port}" if self.server else str(self.folder / FILE)
        return url_of(self.server, self.database) if self.server else ""

    def start(self) -> "Stack":
        self.serve()
        self.prepare()
        for name in self.commands():
            self.run(name)
        wait_for(self.is_up, "the web process", seconds=180)  # beside other stacks that start
        wait_for(lambda: answers(f"{self.emulator.url}/emulator/api/calls"), "the emulator")
        return self

    def serve(self) -> None:
        """Start the servers that are not ours."""
        self.closing.enter_context(valkey.running(self.folder / "valkey", processes=self.owner))

    def prepare(self) -> None:
        """What comes before the first start."""
        _, seeded = templates(self.run_folder, self.server)
        seeded.copy_database(self.database)
        seeded.copy_files(self.folder / "media")
        self.manage("seed")

    def commands(self) -> dict[str, list[str]]:
        """The command line of each part, in the order in which they start."""
        line = [sys.executable, "-m", "uvicorn", "openuser.asgi:application", "--port", str(self.port)]
        web = [*line, "--lifespan", "on", "--log-level", "warning"]
        return {"emulator": self.emulator.command(), "web": web, **COMMANDS}

    def close(self) -> None:
        for name in list(self.parts):
            self.kill(name, signal.SIGTERM)
        for parent in self.parents:
            parent.close()
        self.closing.close()
        self.owner.end_all()
        logs = self.logs()
        shutil.rmtree(self.folder, ignore_errors=True)
        # Commands, such as tests.chaos, have no settings of their own.
        keys = [settings.SECRET_KEY, *settings.FIELD_KEYS] if settings.configured else []
        if found := list(islice(leaks(logs, keys), 10)):
            raise AssertionError("\n".join(["The logs hold what they must not:", *found]))

    def run(self, name: str, **env: str) -> None:
        """Start a part, with additional environment."""
        self._order(name).unlink(missing_ok=True)
        env = {**self.env, "PYTHONPATH": str(self.tree), POINT: str(self._order(name)), **env}
        command = self.commands()[name]
        log = self.folder / f"{name}.log"
        if parent := self._parent(command, env):
            self.parts[name] = parent.start(command, env, log)
            return
        with log.open("ab") as output:
            self.parts[name] = self.owner.start(command, env=env, cwd=self.tree, output=output)

    def _parent(self, command: list[str], env: Mapping[str, str]) -> Preloaded | None:
        """What forks this process; None where it must be a program of its own."""
        if not self.forks or not can_be_forked(command):
            return None
        for parent in self.parents:
            if parent.suits(env):
                return parent
        self.parents.append(Preloaded(env, self.folder / "preloaded.log"))
        return self.parents[-1]

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """End a part, by default as the out-of-memory killer would."""
        part = self.parts.pop(name)
        if number == signal.SIGKILL:
            part.kill()
            part.wait()
        if isinstance(part, Child):
            part.end(number=number, grace=8.0)
        else:
            self.owner.end([part], number=number, grace=8.0)

    def restart(self, name: str, **env: str) -> None:
        if name in self.parts:
            self.kill(name)
        self.run(name, **env)

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """A part stands still while the block runs."""
        os.kill(self.parts[name].pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.parts[name].pid, signal.SIGCONT)

    def doom(self, name: str, point: str) -> None:
        """Let a running part die where it comes to a point of `core.work.crash_points` with work asked from now on."""
        wait_for(lambda: not self.has_work(), "earlier work to end")
        self._order(name).write_text(point, encoding="utf-8")

    def _order(self, name: str) -> Path:
        return self.folder / f"{name}.dies-at"

    def has_work(self) -> bool:
        """Whether something is on its way that could be worked on at once."""
        due = "status = 'running' OR (status = 'queued' AND due_at <= CURRENT_TIMESTAMP)"
        return bool(self.asks(" UNION ALL ".join(f"SELECT 1 FROM {table} WHERE {due}" for table in WORK_TABLES)))

    def unfinished_rows(self) -> list[str]:
        """A line for each row that is on its way, without what it carries."""
        columns = "id, status, reason, attempts, lease_owner, lease_until, due_at, woken_at, order_key, gave_way"
        waiting = "status IN ('queued', 'running') ORDER BY id LIMIT 12"
        queries = {table: f"SELECT {columns} FROM {table} WHERE {waiting}" for table in WORK_TABLES}
        return [
            " ".join([table, *map(str, row)]).replace("+00:00", "")
            for table, query in {"core_workerprocess": "SELECT * FROM core_workerprocess", **queries}.items()
            for row in self.asks(query)
        ]

    def show_threads(self) -> None:
        """Let every forked part log where each of its threads stands."""
        for part in self.parts.values():
            if isinstance(part, Child):
                part.send_signal(SHOWS_THREADS)

    def asks(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers to SQL that all understand: much sooner than `manage shell` would."""
        if url := self.postgres_url():
            with psycopg.connect(url) as connection:
                return connection.execute(query).fetchall()
        with closing(sqlite3.connect(self.database, timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def postgres_url(self) -> str:
        """Where its database is, if that is a PostgreSQL."""
        return self.env["TEST_DATABASE_URL"] if self.server else ""

    def is_up(self) -> bool:
        return answers(f"{self.url}/healthz/ready")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def logs(self) -> str:
        """What all our processes have logged so far, to wherever."""
        files = [path for path in self.folder.rglob("*.log*") if path.is_file() and path.name != "emulator.log"]
        return "\n".join(path.read_text(errors="replace") for path in files)

    def manage(self, *line: str, **env: str) -> str:
        """Run a command to its end; what it prints."""
        command, env = [sys.executable, "manage.py", *line], {**self.env, "PYTHONPATH": str(self.tree), **env}
        parent = self._parent(command, env)
        if parent is None:
            done = subprocess.run(command, env=env, cwd=self.tree, check=True, stdout=subprocess.PIPE, text=True)
            return done.stdout
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            output, errors = Path(folder) / "output", self.folder / "preloaded.log"
            status = parent.start(command, env, output, errors).wait()
            said = output.read_text()
        if status:
            error = subprocess.CalledProcessError(status, command, output=said)
            error.add_note(errors.read_text(errors="replace")[-2000:])
            raise error
        return said


class StackOfLanes(Stack):
    """One whose lanes have processes of their own, as `up` starts them."""

    def commands(self) -> dict[str, list[str]]:
        lines = {
            name: [*WORKER, "-Q", lane, "-P", "threads", "-c", threads, "-l", "WARNING", "-n", f"{name}@stack"]
            for name, (lane, threads) in LANES.items()
        }
        return {**super().commands(), **lines}
