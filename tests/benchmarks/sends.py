"""Messages to single members and to a thousand, by workers: python -m tests.benchmarks.sends [--workers N] [--sqlite]

On a private database and against a peer that takes every call at once: messages a second of all workers of this
machine, and statements for a message and for each member of a call to a thousand. A worker delivers as its task does.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.benchmarks.support.database_work import measured
from tests.benchmarks.support.goals import goal
from tests.benchmarks.support.private_servers import empty_database, run_again

MESSAGES, ALONE, RECIPIENTS = 2000, 200, 1000
ACCOUNTS = 100_000
ANSWER = {"errcode": 0, "errmsg": "ok", "access_token": "token", "expires_in": 7200, "msgid": "m"}
FORK = multiprocessing.get_context("fork")


class Peer(BaseHTTPRequestHandler):
    """Takes every call, and says so at once."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def _answer(self) -> None:
        body = json.dumps(ANSWER).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)


@contextmanager
def peer() -> Iterator[str]:
    """The address of a peer in a process of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    process = FORK.Process(target=server.serve_forever, daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        process.terminate()
        process.join()


def child(messages: int, workers: int) -> None:
    """All figures, on the database of this process."""
    from django.conf import settings

    from openuser.servers import valkey

    with peer() as address, valkey.running(settings.BROKER_FOLDER), empty_database():
        from django.db import connection, connections

        from tests.support import factories
        from wecom import services
        from wecom.contents import Text

        company = factories.make_corporation(accounts=ACCOUNTS)
        application = factories.make_application(corporation=company, api_base_url=address, is_default=True)
        print(f"{connection.vendor}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
        everybody = [f"member{number}" for number in range(RECIPIENTS)]
        crowd = services.enqueue_message(application, Text(content="大家好"), to=everybody).pk
        with measured() as figures:
            deliver([crowd])  # before the others, since they would overtake it
        print(
            f"  each of {RECIPIENTS:,} members of a call: {figures.statements / RECIPIENTS:.3f} statements", flush=True
        )
        rows = [services.send_text(f"member{number}", content="你好").pk for number in range(messages + ALONE)]
        deliver(rows[:20])  # the token, and the first row of each count
        with measured() as figures:
            deliver(rows[20:ALONE])
        print(f"  a message to one member: {figures.statements / (ALONE - 20):.1f} statements", flush=True)
        connections.close_all()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()
        began = time.perf_counter()
        parts = [FORK.Process(target=deliver, args=(rows[ALONE + part :: workers],)) for part in range(workers)]
        for part in parts:
            part.start()
        for part in parts:
            part.join()
        rate = messages / (time.perf_counter() - began)
        goal(f"messages a second of {workers} workers", rate, at_least=1000)


def deliver(keys: Sequence[int]) -> None:
    """What the tasks of these messages do."""
    from wecom.outbox import dispatcher

    for key in keys:
        dispatcher.deliver(key)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        child(options.messages, options.workers)
        return 0
    flags = [f"--messages={options.messages}", f"--workers={options.workers}"]
    return run_again("tests.benchmarks.sends", *flags, sqlite=options.sqlite)


if __name__ == "__main__":
    sys.exit(main())
