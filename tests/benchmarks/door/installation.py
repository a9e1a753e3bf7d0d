"""An installation with one application, the servers of callbacks in front of it, and the callbacks."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from openuser.launcher import listener
from openuser.servers.server_processes import Processes
from tests.benchmarks.door.http_load import request
from tests.runner.database_templates import FILE, templates
from tests.support.emulator import AES_KEY, KEYS, free_port, wait_for
from tests.support.paths import ROOT
from wecom import crypto

PATH = "/api/v1/integrations/wechat/webhook"
MEMBERS = 1000
TICKS = os.sysconf("SC_CLK_TCK")
UVICORN = (sys.executable, "-m", "uvicorn", "--log-level", "warning", "--no-access-log")
GUNICORN = (sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--threads", "8")
VIEW, LANE = "view", "lane"
# As `up` and systemd start it.
UP = (sys.executable, "-m", "openuser.launcher.web_process")
SERVERS = {
    "no-op": (*UVICORN, "--lifespan", "off", "tests.benchmarks.door.peers:nothing"),
    "wechatpy": (*GUNICORN, "tests.benchmarks.door.peers:wechatpy_application()"),
    "view by gunicorn": (*GUNICORN, "openuser.wsgi"),
    VIEW: UP,
    LANE: UP,
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A process that answers callbacks, with all that it has started."""

    process: "subprocess.Popen[bytes]"
    port: int

    def cpu_seconds(self) -> float:
        """Processor time of the whole family."""
        return sum(_cpu_ticks(pid) for pid in self._family()) / TICKS

    def megabytes(self) -> float:
        """Resident memory of the whole family."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self._family())
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _family(self) -> list[int]:
        return [self.process.pid, *children(self.process.pid)]


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in found]


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def settings_of(folder: Path) -> dict[str, str]:
    """The environment of an installation with its files in a folder, and one application."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("OPENUSER_", "WECHAT_"))}
    env |= {"DJANGO_SETTINGS_MODULE": "openuser.settings.embedded", "OPENUSER_DOTENV": os.devnull}
    env |= {"OPENUSER_BOOTSTRAP": "off", "OPENUSER_VAR_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    env |= {"WECHAT_CORP_ID": KEYS["CORP_ID"], "WECHAT_AGENT_ID": KEYS["AGENT_ID"]}
    env |= {"WECHAT_CORP_SECRET": KEYS["SECRET"], "WECHAT_TOKEN": KEYS["TOKEN"], "WECHAT_ENCODING_AES_KEY": AES_KEY}
    return env


class Installation:
    """Settings and rows, in a folder, on SQLite or at the URL of an empty PostgreSQL."""

    def __init__(self, folder: Path, database: str, *, broker: str) -> None:
        folder.mkdir()
        self.spool = folder / "spool"
        self.log = folder / "servers.log"
        self.env = {**settings_of(folder), "BROKER_URL": broker, "DATABASE_URL": database}
        self.env["OPENUSER_DB"] = "" if database else "sqlite"
        if not database:
            templates(folder, "")[0].copy_database(str(folder / FILE))
        line = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(line, env=self.env, cwd=ROOT, check=True)

    def spool_is_empty(self) -> bool:
        """Whether all that was acknowledged is in the database."""
        return is_empty(self.spool)

    @contextmanager
    def serving(self, name: str, **env: str) -> Iterator[Server]:
        """One of `SERVERS`, for as long as the block lasts."""
        port, owner, inherited = free_port(), Processes(), list[int]()
        where = ["--bind", f"127.0.0.1:{port}"] if "gunicorn" in SERVERS[name] else ["--port", str(port)]
        with ExitStack() as stack:
            env.setdefault("OPENUSER_CALLBACK_LANE", str(name == LANE))
            if SERVERS[name] == UP:
                listening = stack.enter_context(listener.opened("127.0.0.1", port))
                inherited = [listening.fileno()]
                where = [str(listening.fileno())]
            output = stack.enter_context(self.log.open("ab"))
            line = [*SERVERS[name], *where]
            process = owner.start(line, env={**self.env, **env}, cwd=ROOT, output=output, descriptors=inherited)
        try:
            wait_for(lambda: responds(port), f"the server of {name}", seconds=120)
            yield Server(process=process, port=port)
        finally:
            owner.end([process], grace=10.0)
            owner.end_all()


def is_empty(spool: Path) -> bool:
    """Whether no callback waits in a spool."""
    return not list(spool.glob("*.jsonl"))


def responds(port: int) -> bool:
    """Whether a server answers requests, with whatever."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return bool(connection.recv(1))
    except OSError:
        return False


def callbacks(count: int, *, first: int = 1) -> list[bytes]:
    """Requests with distinct text messages of many members, sealed and signed."""
    keys = crypto.Keys.parse(token=KEYS["TOKEN"], encoding_aes_key=AES_KEY, receive_id=KEYS["CORP_ID"])
    return [_callback(keys, number) for number in range(first, first + count)]


def _callback(keys: crypto.Keys, number: int) -> bytes:
    corp, agent, at, nonce = KEYS["CORP_ID"], KEYS["AGENT_ID"], str(int(time.time())), secrets.token_hex(5)
    xml = (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[user{number % MEMBERS}]]>"
        f"</FromUserName><CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[请假"
        f"怎么办]]></Content><MsgId>{number}</MsgId><AgentID>{agent}</AgentID></xml>"
    )
    sealed = crypto.seal(keys, xml.encode())
    query = f"msg_signature={crypto.sign(keys.token, at, nonce, sealed)}&timestamp={at}&nonce={nonce}"
    body = (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt>"
        f"<AgentID><![CDATA[{agent}]]></AgentID></xml>"
    )
    return request(PATH, query, body.encode())
