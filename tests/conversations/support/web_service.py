"""A company's service over HTTP, in a thread: scripted responses, recorded requests."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.conversations.support.background_server import serving

LONGEST = 20.0


@dataclass(kw_only=True)
class Answer:
    """A response; `after` is waited for first, and `drips` never ends."""

    status: int = 200
    body: bytes = b'{"data": {"id": 7, "items": [{"name": "A"}]}}'
    headers: dict[str, str] = field(default_factory=dict)
    after: threading.Event | None = None
    drips: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that was received."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class WebService(ThreadingHTTPServer):
    """Answers each request by the next of `script`, then as usual."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.script: list[Answer] = []
        self.asked: list[Asked] = []
        self.over = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: WebService

    def _answer(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(text) if text else None
        self.server.asked.append(Asked(method=self.command, path=self.path, headers=dict(self.headers), body=body))
        answer = self.server.script.pop(0) if self.server.script else Answer()
        if answer.after is not None:
            answer.after.wait(LONGEST)
        with suppress(OSError):
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if not answer.drips:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        until = time.monotonic() + LONGEST
        while answer.drips and time.monotonic() < until and not self.server.over.wait(0.02):
            self.wfile.write(b" ")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def running() -> Iterator[WebService]:
    server = WebService()
    with serving(server, server.over):
        yield server
