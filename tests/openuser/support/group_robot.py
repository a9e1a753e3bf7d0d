"""A group robot of WeChat Work (消息推送) as the platform documents it: a real small server that keeps what it got."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Robot:
    """What came, and the errcodes that are answered next; the last goes on for ever."""

    def __init__(self, url: str, errcodes: list[int]) -> None:
        self.url = url
        self.errcodes = errcodes
        self.texts: list[str] = []


@contextmanager
def group_robot(*errcodes: int) -> Iterator[Robot]:
    """A robot on a free port of this machine; without errcodes it takes everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            errcode = robot.errcodes.pop(0) if len(robot.errcodes) > 1 else robot.errcodes[0]
            if not errcode:
                robot.texts.append(said[said["msgtype"]]["content"])
            body = json.dumps({"errcode": errcode, "errmsg": "ok"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    robot = Robot(f"http://127.0.0.1:{server.server_port}/cgi-bin/webhook/send?key=x", list(errcodes) or [0])
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield robot
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
