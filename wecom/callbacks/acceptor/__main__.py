"""Runs the acceptor: `python -m wecom.callbacks.acceptor --bind 0.0.0.0:8002`, or with a socket that `up` gives it.

It reads `OPENUSER_FIELD_KEYS` and `OPENUSER_SPOOL_DIR` (else `spool` in `OPENUSER_VAR_DIR`) from the environment; all
else stands in the files of the applications.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from core.storage import serving_files
from wecom.callbacks.acceptor import control, watch
from wecom.callbacks.acceptor.connection import serve
from wecom.callbacks.acceptor.reception import Reception
from wecom.callbacks.spool.spool_files import ACCEPTOR

logger = logging.getLogger(__name__)

LONGEST_ALONE = 3600.0  # seconds without the `up` that started it
GRACE = 2.0  # seconds for the requests that it has taken
MOST_AT_ONCE = 500  # connections that are served; others wait in the socket


class Acceptor:
    """Serves one socket until a signal, a successor, or an hour without its parent."""

    def __init__(
        self, listener: socket.socket, reception: Reception, *, patience: Callable[[], float], parent: int
    ) -> None:
        self._listener = listener
        self._reception = reception
        self._patience = patience
        self._parent = parent
        self._serving: set[asyncio.Task[None]] = set()

    async def run(self, path: Path | None) -> None:
        """Serve. Args: path: of the control socket; None for a socket that `up` does not share."""
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        if path is not None:
            await asyncio.to_thread(control.end_other, path)
        held = control.Control(path, self._listener, ended) if path is not None else None
        accepting = asyncio.create_task(watch.Watch(self._listener, self._take, patience=self._patience).run())
        try:
            await self._wait_for_end(ended, held)
        finally:
            accepting.cancel()
            if held is not None:
                held.close()
            if self._serving:
                await asyncio.wait(self._serving, timeout=GRACE)

    def _take(self, connection: socket.socket) -> None:
        if len(self._serving) >= MOST_AT_ONCE:
            connection.close()  # the platform repeats what nobody answers
            return
        task = asyncio.get_running_loop().create_task(serve(connection, self._reception))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _wait_for_end(self, ended: asyncio.Event, held: control.Control | None) -> None:
        loop = asyncio.get_running_loop()
        alone_since: float | None = None
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), 1.0)
            if held is not None and not held.is_ours():
                return
            if self._parent and os.getppid() != self._parent:
                alone_since = loop.time() if alone_since is None else alone_since
                if loop.time() - alone_since > LONGEST_ALONE:
                    return


def main(words: list[str]) -> None:
    parser = ArgumentParser(prog="python -m wecom.callbacks.acceptor", description="Takes callbacks without Django.")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--bind", help="address of a socket of its own, such as 0.0.0.0:8002")
    where.add_argument("--descriptor", type=int, help="a socket that the web process listens on, too")
    parser.add_argument("--control", type=Path, help="path of the Unix socket by which the next one takes over")
    parser.add_argument("--serving", type=Path, default=Path(os.devnull), help="the file that the web process locks")
    parser.add_argument("--parent", type=int, default=0, help="the process that ends this one")
    given = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s.%(msecs)03d %(levelname)s %(name)s %(message)s")
    logging.raiseExceptions = False  # the terminal of a killed `up` is gone
    keys = [key.strip() for key in os.environ.get("OPENUSER_FIELD_KEYS", "").split(",") if key.strip()]
    spool = os.environ.get("OPENUSER_SPOOL_DIR") or f"{os.environ.get('OPENUSER_VAR_DIR') or 'var'}/spool"
    if not keys:
        raise SystemExit("OPENUSER_FIELD_KEYS is empty: give the acceptor the keys of the web process.")
    reception = Reception(Path(spool), keys)
    with socket.socket(fileno=given.descriptor) if given.descriptor is not None else _opened(given.bind) as listener:
        patience = float if given.bind else partial(watch.patience_with, given.serving)
        acceptor = Acceptor(listener, reception, patience=patience, parent=given.parent)
        served = serving_files.note(Path(spool) / ACCEPTOR)
        asyncio.run(acceptor.run(given.control))
        if served is not None:
            served.close()


def _opened(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=2048)


if __name__ == "__main__":
    main(sys.argv[1:])
