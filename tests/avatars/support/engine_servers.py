"""Small real servers with the documented contracts of engines, and with the faults of real ones."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FAULTS = ("hang", "broken", "refuse", "denied", "garbage", "cut", "elsewhere", "endless")
CODES = {
    "silent": "server_silent",
    "hang": "engine_timeout",
    "broken": "server_broken",
    "refuse": "server_refused",
    "denied": "server_refused",
    "garbage": "engine_output",
    "cut": "engine_timeout",
    "elsewhere": "server_refused",
    "endless": "engine_output",
}


class Serving:
    """What a server was asked (`asked`: path, headers, body), how it fails (`fault`), and how it answers (`answer`)."""

    def __init__(self, answer):
        self.answer, self.fault, self.asked = answer, "", []
        self.over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self):
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(serving):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.do_POST()

            def do_PUT(self):
                self.do_POST()

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                serving.asked.append((parts.path, self.headers, body))
                if serving.fault in FAULTS:
                    self.close_connection = True
                    with contextlib.suppress(OSError):
                        misbehave(self, serving)
                    return
                status, kind, content, *more = serving.answer(parts.path, self.headers, body, query)
                self.reply(status, kind, content, **(more[0] if more else {}))

            def reply(self, status, kind, content, *, length=None, **headers):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content) if length is None else length))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        return Handler


def misbehave(handler, serving):
    if serving.fault == "hang":
        serving.over.wait()
    elif serving.fault == "broken":
        handler.reply(502, "text/html", b"<html>somebody's words</html>")
    elif serving.fault == "refuse":
        handler.reply(400, "application/json", b'{"message": "somebody\'s words"}')
    elif serving.fault == "denied":
        handler.reply(401, "application/json", b"{}")
    elif serving.fault == "garbage":
        handler.reply(200, "text/html", b"<html>welcome</html>" * 50)
    elif serving.fault == "cut":
        handler.reply(200, "audio/wav", b"RIFF", length=100_000)
    elif serving.fault == "elsewhere":
        handler.reply(302, "text/plain", b"", Location="http://127.0.0.1:9/secret")
    elif serving.fault == "endless":
        handler.send_response(200)
        handler.end_headers()
        while not serving.over.is_set():
            handler.wfile.write(b"\0" * 1024 * 1024)


@contextlib.contextmanager
def serving(answer):
    server = Serving(answer)
    try:
        yield server
    finally:
        server.close()


def as_json(value, status=200):
    return status, "application/json", json.dumps(value).encode()
