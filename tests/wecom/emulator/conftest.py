"""Fixtures: one emulator per run; an application, a member and a listening server per test."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.paths import ROOT
from tests.wecom.emulator.support.clients import NUMBERS, Application, Arrival, Emulator, Listener, Open


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
    # The listener is gone: later changes of the directory must not be delivered to hundreds of applications.
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
    """Opens the member's chat at 375 px; the page may neither log errors nor send requests elsewhere."""
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
