"""A webhook's receiver: a small real server that keeps requests and answers as told."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Receiver:
    """What came, and what is answered next; the last answer goes on for ever."""

    def __init__(self, url: str, answers: list[tuple[int, dict[str, str]]]) -> None:
        self.url = url
        self.answers = answers
        self.came: list[tuple[dict[str, str], bytes]] = []


@contextmanager
def receiver(*answers: int | tuple[int, dict[str, str]]) -> Iterator[Receiver]:
    """A server on a free port of this machine; without answers it says 204."""
    told = [(answer, {}) if isinstance(answer, int) else answer for answer in answers or (204,)]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            this.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status, headers = this.answers.pop(0) if len(this.answers) > 1 else this.answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    this = Receiver(f"http://127.0.0.1:{server.server_port}/hook", told)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield this
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
