"""Messages to single members and to a thousand, by workers: python -m tests.benchmarks.sends [--workers N] [--sqlite]

On a private database and against a peer that takes every call at once: messages a second of all workers of this
machine, what each part computes for one, and statements for a message and for each member of a call to a thousand.
First one by one, then by batch. A worker delivers as its task does, without the broker.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.benchmarks.support.database_work import measured
from tests.benchmarks.support.goals import goal
from tests.benchmarks.support.private_servers import empty_database, run_again
from tests.benchmarks.support.processor import database_seconds, seconds

MESSAGES, ALONE, RECIPIENTS, ONE_AT_A_TIME = 2000, 200, 1000, 20
ACCOUNTS = 100_000
FORK = multiprocessing.get_context("fork")
ANSWER = json.dumps({"errcode": 0, "errmsg": "ok", "access_token": "token", "expires_in": 7200, "msgid": "m"}).encode()
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER)
LENGTH = b"content-length: "

Deliver = Callable[[int], None]


class Peer(asyncio.Protocol):
    """Takes every call, and says so at once. It reads no more than where a request ends."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        if end and len(body) >= self._length(head):
            self.received = b""
            self.transport.write(REPLY)

    def _length(self, head: bytes) -> int:
        _before, found, after = head.lower().partition(LENGTH)
        return int(after.partition(b"\r\n")[0]) if found else 0


def serve(listener: socket.socket) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(Peer, sock=listener)
        await server.serve_forever()

    asyncio.run(forever())


@contextmanager
def peer() -> Iterator[tuple[str, int]]:
    """The address of a peer in a process of its own, and its PID."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        process = FORK.Process(target=serve, args=(listener,), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", process.pid or 0
        finally:
            process.terminate()
            process.join()


def child(messages: int, workers: int) -> None:
    """All figures, on the database of this process."""
    from django.conf import settings

    from openuser.servers import valkey

    with peer() as (address, pid), valkey.running(settings.BROKER_FOLDER), empty_database():
        from django.db import connection, transaction

        from tests.support import factories
        from wecom import services
        from wecom.contents import Text
        from wecom.models import Application
        from wecom.outbox import dispatcher
        from wecom.outbox.batches import batch_dispatcher

        def connect(name: str) -> Application:
            """An application of a company of its own, so that the counts of another one are none of its limits."""
            company = factories.make_corporation(corp_id=name, accounts=ACCOUNTS)
            return factories.make_application(corporation=company, api_base_url=address)

        print(f"{connection.vendor}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
        everybody = [f"member{number}" for number in range(RECIPIENTS)]
        crowd = services.enqueue_message(connect("all"), Text(content="大家好"), to=everybody).pk
        with measured() as figures:
            dispatcher.deliver(crowd)  # before the others, since they would overtake it
        print(
            f"  each of {RECIPIENTS:,} members of a call: {figures.statements / RECIPIENTS:.3f} statements", flush=True
        )
        ways: list[tuple[str, Deliver]] = [("one by one", dispatcher.deliver), ("by batch", batch_dispatcher.deliver)]
        for way, deliver in ways:
            application = connect(way)
            names = [f"member{number}" for number in range(messages + ALONE)]
            with transaction.atomic():
                keys = [services.enqueue_message(application, Text(content="你好"), to=[name]).pk for name in names]
            statements = in_process(count_statements, deliver, keys[:ALONE])
            print(f"  {way}: {statements / ALONE:.2f} statements for a message", flush=True)
            in_parallel(way, deliver, keys[ALONE:], workers, pid)
        figures.statements = 0
        for number in range(ONE_AT_A_TIME):
            key = services.enqueue_message(application, Text(content="你好"), to=[f"one{number}"]).pk
            figures.statements += in_process(count_statements, batch_dispatcher.deliver, [key])
        print(f"  by batch, the only one that is due: {figures.statements / ONE_AT_A_TIME:.2f} statements", flush=True)


def in_parallel(way: str, deliver: Deliver, keys: Sequence[int], workers: int, peer_pid: int) -> None:
    """Let workers deliver, and print what it took."""
    before = (seconds(peer_pid), database_seconds(), seconds(os.getpid()))
    disconnect()
    began = time.perf_counter()
    parts = [FORK.Process(target=deliver_all, args=(deliver, keys[part::workers])) for part in range(workers)]
    for part in parts:
        part.start()
    for part in parts:
        part.join()
    took = time.perf_counter() - began
    after = (seconds(peer_pid), database_seconds(), seconds(os.getpid()))
    of_peer, of_database, of_workers = ((b - a) * 1e6 / len(keys) for a, b in zip(before, after, strict=True))
    print(f"    µs of a processor for each: workers {of_workers:.0f}, database {of_database:.0f}, peer {of_peer:.0f}")
    goal(f"messages a second of {workers} workers, {way}", len(keys) / took, at_least=1000)


def disconnect() -> None:
    """Nothing of this process's connections is for its children."""
    from django.db import connection, connections

    connections.close_all()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None:
        close_pool()


def in_process(work: Callable[[Deliver, Sequence[int]], int], deliver: Deliver, keys: Sequence[int]) -> int:
    """What work returns in a process of its own, whose connections to the peer end with it."""
    disconnect()
    answers = FORK.SimpleQueue()
    process = FORK.Process(target=lambda: answers.put(work(deliver, keys)))
    process.start()
    process.join()
    return int(answers.get())


def count_statements(deliver: Deliver, keys: Sequence[int]) -> int:
    with measured() as figures:
        deliver_all(deliver, keys)
    return figures.statements


def deliver_all(deliver: Deliver, keys: Sequence[int]) -> None:
    """What the tasks of these messages do."""
    for key in keys:
        deliver(key)


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
