"""A server with OpenAI's chat protocol, in a thread: scripted answers, recorded requests."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.conversations.support.background_server import serving
from tests.conversations.support.tiny_embedder import Tiny

KEY = "sk-local-0123456789abcdef"
LOOPBACK = ["127.0.0.0/8", "::1/128"]
COUNTED = ("prompt_tokens", "completion_tokens")
FIRST, LONGEST = 0.02, 20.0


@dataclass(kw_only=True)
class Reaction:
    """What the service does with one question; `body` wins over `text`."""

    text: str | None = "好的。"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    drips: bool = False  # sends its body byte by byte, for ever
    after: threading.Event | None = None  # waits for it before it answers
    usage: tuple[int, int] | None = None  # tokens that it counts: sent, answered

    def payload(self) -> bytes:
        if self.body is not None:
            return self.body
        message = {"role": "assistant", "content": self.text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        counted = {} if self.usage is None else {"usage": dict(zip(COUNTED, self.usage, strict=True))}
        return json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice], **counted}).encode()


def error(status: int, code: str = "", message: str = "", **headers: str) -> Reaction:
    """A failure as the protocol tells it."""
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}})
    return Reaction(status=status, body=body.encode(), headers={k.replace("_", "-"): v for k, v in headers.items()})


class ChatServer(ThreadingHTTPServer):
    """Reacts to each question by the next reaction of `script`, then as `usual`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.script: list[Reaction] = []
        self.usual: Callable[[dict[str, Any]], Reaction] = lambda asked: Reaction()
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.over = threading.Event()
        self._numbers = itertools.count()

    def embed(self, asked: dict[str, Any]) -> Reaction:
        """The vectors of an embedding service, last text first, as the protocol allows."""
        rows = Tiny().passages(asked["input"])
        data = [{"index": number, "embedding": row.tolist()} for number, row in enumerate(rows)]
        return Reaction(body=json.dumps({"object": "list", "data": data[::-1]}).encode())

    def questions(self) -> list[str]:
        """What was asked last in each request, in the order of the requests."""
        return [asked["messages"][-1]["content"] for asked in self.asked]

    def reaction(self, path: str, headers: dict[str, str], asked: dict[str, Any]) -> Reaction:
        if path not in ("/v1/chat/completions", "/v1/embeddings"):
            return error(404, "unknown_url")
        if headers.get("Authorization") != f"Bearer {KEY}":
            return error(401, "invalid_api_key", f"Incorrect API key: {headers.get('Authorization')}")
        self.headers.append(headers)
        self.asked.append(asked)
        number = next(self._numbers)
        if path == "/v1/embeddings" and number >= len(self.script):
            return self.embed(asked)
        return self.script[number] if number < len(self.script) else self.usual(asked)


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer

    def do_GET(self) -> None:
        """The list of models."""
        is_known = self.headers.get("Authorization") == f"Bearer {KEY}"
        self._react(Reaction(body=b'{"object":"list","data":[]}') if is_known else error(401, "invalid_api_key"))

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reaction = self.server.reaction(self.path, dict(self.headers), asked)
        if reaction.after is not None:
            reaction.after.wait(LONGEST)
        with suppress(OSError):
            self._react(reaction)

    def _react(self, reaction: Reaction) -> None:
        body = reaction.payload()
        self.send_response(reaction.status)
        for name, value in reaction.headers.items():
            self.send_header(name, value)
        if reaction.drips:
            self.end_headers()
            until = time.monotonic() + LONGEST
            while time.monotonic() < until and not self.server.over.wait(FIRST):
                self.wfile.write(b" ")
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def running() -> Iterator[ChatServer]:
    server = ChatServer()
    with serving(server, server.over):
        yield server
