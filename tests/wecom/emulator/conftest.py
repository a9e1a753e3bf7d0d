"""The stage: one emulator per run; for each test an application, a member and a listening server of its own."""

import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[3]
NUMBERS = itertools.count(1)
Open = Callable[..., Page]


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """The running emulator over HTTP."""

    url: str

    def control(self, method: str, path: str, /, *, expect: int = 200, **data: Any) -> dict[str, Any]:
        """A call of the control API; query parameters for GET, else a JSON body."""
        kind = {"params": data} if method == "GET" else {"data": json.dumps(data).encode()}
        answer = requests.request(method, f"{self.url}/emulator/api/{path}", timeout=90, **kind)
        assert answer.status_code == expect, answer.text
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """A GET of the platform's API."""
        answer = requests.get(f"{self.url}/cgi-bin/{path}", params=query, timeout=30)
        assert answer.status_code == 200
        return dict(answer.json())


@dataclass(frozen=True, kw_only=True)
class Application:
    """One application of the emulated company, as a developer holds it."""

    emulator: Emulator
    corp_id: str
    agent_id: int
    secret: str
    token: str
    aes_key: str

    def access_token(self) -> str:
        answer = self.emulator.get("gettoken", corpid=self.corp_id, corpsecret=self.secret)
        assert answer["errcode"] == 0, answer
        return str(answer["access_token"])

    def send(self, body: dict[str, Any] | bytes, token: str = "") -> dict[str, Any]:
        """POST message/send; `agentid` is added to an object."""
        if isinstance(body, dict):
            body = json.dumps({"agentid": self.agent_id, **body}, ensure_ascii=False).encode()
        query = {"access_token": token or self.access_token()}
        answer = requests.post(f"{self.emulator.url}/cgi-bin/message/send", params=query, data=body, timeout=30)
        return dict(answer.json())

    def post(self, path: str, body: dict[str, Any], **query: Any) -> dict[str, Any]:
        """POST of an object to another path of the API."""
        url, token = f"{self.emulator.url}/cgi-bin/{path}", self.access_token()
        answer = requests.post(url, params={"access_token": token, **query}, json=body, timeout=30)
        return dict(answer.json())

    def say(self, touser: str, content: str = "hello", **more: Any) -> dict[str, Any]:
        return self.send({"touser": touser, "msgtype": "text", "text": {"content": content}, **more})

    def upload(self, kind: str, data: bytes, filename: str = "file.bin", part: str = "media") -> dict[str, Any]:
        answer = requests.post(
            f"{self.emulator.url}/cgi-bin/media/upload",
            params={"access_token": self.access_token(), "type": kind},
            files={part: (filename, data)},
            timeout=30,
        )
        return dict(answer.json())

    def control(self, method: str, path: str, /, **data: Any) -> dict[str, Any]:
        return self.emulator.control(method, path, agentid=self.agent_id, **data)

    def received(self, member: str = "", **query: Any) -> list[dict[str, Any]]:
        return list(self.control("GET", "ledger", **({"member": member} if member else {}), **query)["entries"])


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One request that the listening server got."""

    path: str
    body: bytes
    at: float


@dataclass(kw_only=True)
class Listener:
    """A server in the place of the developer's application."""

    url: str = ""
    answers: "queue.Queue[Callable[[], tuple[int, bytes]]]" = field(default_factory=queue.Queue)
    arrivals: "queue.Queue[Arrival]" = field(default_factory=queue.Queue)
    on_get: Callable[[str], tuple[int, bytes]] = lambda path: (200, b"")

    def will_answer(self, status: int = 200, body: bytes = b"", after: float = 0.0) -> None:
        """Queue the answer to one POST; without any it is an empty 200."""

        def answer() -> tuple[int, bytes]:
            threading.Event().wait(after)
            return status, body

        self.answers.put(answer)

    @staticmethod
    def pause(seconds: float) -> None:
        """Let the caller wait, as a slow application does."""
        threading.Event().wait(seconds)

    def next(self) -> Arrival:
        return self.arrivals.get(timeout=10)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("EMULATOR_")},
        "DJANGO_SETTINGS_MODULE": "openuser.settings.emulator",
        "EMULATOR_DATABASE": str(tmp_path_factory.mktemp("emulator") / "emulator.sqlite3"),
        "EMULATOR_CALLBACK": "http://127.0.0.1:9/nobody",
        "EMULATOR_CALLBACK_DEADLINE": "0.6",
        "EMULATOR_RETRY_DELAY": "0.05",
    }
    line = [sys.executable, "-m", "wecom.emulator", "--port", "0"]
    with subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        assert ready[:1] == ["READY"], ready
        yield Emulator(url=ready[1].removesuffix("/emulator/"))
        process.send_signal(signal.SIGINT)
        process.wait(10)


@pytest.fixture
def listener() -> Iterator[Listener]:
    stage = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*stage.on_get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stage.arrivals.put(Arrival(path=self.path, body=body, at=time.monotonic()))
            try:
                answer = stage.answers.get_nowait()
            except queue.Empty:
                self._send(200, b"")
            else:
                self._send(*answer())

        def _send(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:  # the emulator has hung up, as it should on a late answer
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    stage.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield stage
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def application(emulator: Emulator, listener: Listener) -> Iterator[Application]:
    row = emulator.control("POST", "apps", agentid=2_000_000 + next(NUMBERS), name="测试", callback=listener.url)
    yield Application(
        emulator=emulator,
        corp_id=row["corpid"],
        agent_id=row["agentid"],
        secret=row["secret"],
        token=row["token"],
        aes_key=row["aes_key"],
    )
    # Nobody listens from now on: who leaves the company later need not be told of to hundreds.
    emulator.control("POST", "apps", agentid=row["agentid"], callback="")


@pytest.fixture
def member(emulator: Emulator) -> str:
    userid = f"person{next(NUMBERS)}"
    emulator.control("POST", "members", userid=userid, name="测试员")
    return userid


@pytest.fixture
def clean_clock(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.control("POST", "clock", offset=0)
    emulator.control("DELETE", "tokens")


@pytest.fixture
def chat_page(browser: Browser, application: Application, member: str) -> Iterator[Open]:
    """Opens the member's chat at 375 px; the page may neither complain nor ask anybody else for anything."""
    context = browser.new_context(viewport={"width": 375, "height": 812}, locale="zh-CN")
    complaints: list[str] = []

    def open_chat(prepare: Callable[[Page], None] = lambda page: None, *, chat: bool = True) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if _foreign(request.url) else None)
        prepare(page)
        page.goto(f"{application.emulator.url}/emulator/?agentid={application.agent_id}")
        if chat:
            page.get_by_test_id(f"member-{member}").click()
            expect(page.get_by_test_id("composer")).to_be_visible()
        return page

    def _foreign(url: str) -> bool:
        return not url.startswith((application.emulator.url, "blob:", "data:"))

    yield open_chat
    context.close()
    assert complaints == []
