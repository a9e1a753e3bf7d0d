"""Five hundred connections that begin a callback and never end it, while honest ones come."""

import random
import socket
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from openuser.servers import valkey
from tests.benchmarks.door.http_load import arrive
from tests.benchmarks.door.installation import PATH, VIEW, Installation, callbacks
from tests.support.emulator import wait_for

BEGINNING = f"POST {PATH}?msg_signature=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n<xml>".encode()
RATE, CUT_AFTER, LONGEST = 100, 7.0, 1.0  # the server cuts at 5 s; a busy machine gets two more
BUSY = 4  # times as long beside the rest of the suite, which is still within the platform's five seconds


def play(chance: random.Random, short: bool) -> str:
    """Slow ones are cut off in seconds, and nobody else waits for them."""
    slow, count = (50, 300) if short else (500, 800)
    with (
        tempfile.TemporaryDirectory(prefix="ou-slow-", dir="/tmp") as folder,
        valkey.running(Path(folder) / "valkey") as broker,
    ):
        installation = Installation(Path(folder) / "site", "", broker=broker)
        with installation.serving(VIEW) as server:
            arrive(server.port, callbacks(100, first=10_000), rate=RATE)  # everything is imported
            opened = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(slow)]
            for connection in opened:
                connection.sendall(BEGINNING)
            with ThreadPoolExecutor(1) as pool:
                ended = pool.submit(_seconds_until_cut, opened)
                report = arrive(server.port, callbacks(count), rate=RATE)
                cut = ended.result()
            wait_for(installation.spool_is_empty, "the spool to be recorded", seconds=60)
    longest = report.percentile(1)
    words = f"{slow} slow bodies cut ≤ {cut:.1f} s; of {count} others {dict(report.statuses)}, longest {longest:.2f} s"
    assert set(report.statuses) == {200}, words
    patience = BUSY if short else 1
    assert longest < LONGEST * patience, words
    assert cut < CUT_AFTER * patience, words
    return words


def _seconds_until_cut(opened: Sequence[socket.socket]) -> float:
    began = time.monotonic()
    wait_for(lambda: all(map(_is_cut, opened)), "all slow connections to be cut", seconds=30)
    return time.monotonic() - began


def _is_cut(connection: socket.socket) -> bool:
    """Whether the server has ended it; what it said before that is read."""
    connection.setblocking(False)
    try:
        while connection.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
