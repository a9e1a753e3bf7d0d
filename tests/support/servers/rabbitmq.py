"""A RabbitMQ of its own, with its node, its name service and its data in a folder."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openuser.servers import debian
from openuser.servers.server_processes import Account, Processes
from tests.support.emulator import free_port, wait_for

MISSING = "RabbitMQ is missing.\n  Install it (Debian: sudo apt-get install rabbitmq-server) and run again."
HOME = Path("/usr/lib/rabbitmq/bin")  # where Debian's scripts are that do not change the user
SETTINGS = """
listeners.tcp.1 = 127.0.0.1:{port}
default_user = openuser
default_pass = {password}
loopback_users = none
"""
PASSWORD = "rabbit-password"
START_SECONDS = 90


class RabbitMQ:
    """Attributes: url: of its only virtual host."""

    def __init__(self, owner: Processes) -> None:
        self.port, self._owner = free_port(), owner
        folder = self._folder = Path(tempfile.mkdtemp(prefix="ou-rabbitmq-", dir="/tmp"))
        self._parts: list[subprocess.Popen[bytes]] = []
        self.url = f"amqp://openuser:{PASSWORD}@127.0.0.1:{self.port}//"
        self._account = Account.unprivileged() if os.geteuid() == 0 else None
        names = free_port()
        self._env = {
            "PATH": f"{HOME}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"openuser{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_BASE": str(folder),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
        }

    def start(self) -> None:
        """Returns when it takes connections.

        Raises:
            ServiceError: it is missing and could not be installed.
        """
        debian.ensure((str(HOME / "rabbitmq-server"),), packages=("rabbitmq-server",), missing=MISSING)
        settings = SETTINGS.format(port=self.port, password=PASSWORD)
        (self._folder / "rabbitmq.conf").write_text(settings, encoding="utf-8")
        (self._folder / "enabled_plugins").write_text("[].\n", encoding="utf-8")
        if self._account is not None:
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, self._account.uid, self._account.gid)
        epmd = shutil.which("epmd") or "epmd"
        # Else RabbitMQ would start one that outlives it.
        self._run([epmd])
        self._serve()

    def crash(self) -> None:
        """End it as by `kill -9`, and start it again."""
        self._owner.end([self._parts.pop()], number=signal.SIGKILL, grace=10.0)
        for log in self._logs():
            log.unlink()
        self._serve()

    @contextmanager
    def full(self) -> Iterator[None]:
        """It takes no messages while the block runs: its memory is used up."""
        self.control("set_vm_memory_high_watermark", "absolute", "1")
        try:
            yield
        finally:
            self.control("set_vm_memory_high_watermark", "0.6")

    def control(self, *words: str) -> str:
        """What `rabbitmqctl` says."""
        line = [str(HOME / "rabbitmqctl"), *words]
        user = self._account.uid if self._account else None
        return subprocess.run(line, env=self._env, user=user, check=True, capture_output=True, text=True).stdout

    def close(self) -> None:
        """End it and delete what it kept."""
        self._owner.end(self._parts[::-1], grace=10.0)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _serve(self) -> None:
        self._run([str(HOME / "rabbitmq-server")])
        wait_for(self._answers, "RabbitMQ", seconds=START_SECONDS)

    def _answers(self) -> bool:
        return "Server startup complete" in "".join(path.read_text(errors="replace") for path in self._logs())

    def _logs(self) -> list[Path]:
        return list((self._folder / "log").glob("*.log"))

    def _run(self, line: list[str]) -> None:
        with (self._folder / "output").open("ab") as output:
            started = self._owner.start(line, env=self._env, cwd=self._folder, account=self._account, output=output)
            self._parts.append(started)


@contextmanager
def running(owner: Processes) -> Iterator[RabbitMQ]:
    """A RabbitMQ for the duration of the block."""
    server = RabbitMQ(owner)
    try:
        server.start()
        yield server
    finally:
        server.close()
