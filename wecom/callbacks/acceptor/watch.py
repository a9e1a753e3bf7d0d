"""Takes connections of a socket that the web process listens on, too, and only those that it leaves waiting.

Connections wait in the socket itself, so that nothing which the web process does or fails to do hides them: it may be
killed, stopped, hung, or not yet started.
"""

import asyncio
import logging
import select
import socket
from collections.abc import Callable
from pathlib import Path

from core.storage import serving_files

logger = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds that connections wait for a web process that is gone, or has not begun
LONG_PATIENCE = 2.5  # the same for one that lives: it is slow, hung or stopped; the platform waits for 5
SHORT = 0.1  # the same once it has left some waiting
LOOK = 0.02  # between two looks whether any still waits


class Watch:
    """Takes the connections of one socket."""

    def __init__(
        self, listener: socket.socket, take: Callable[[socket.socket], object], *, patience: Callable[[], float]
    ) -> None:
        """Args: patience: the seconds that connections wait for the other process; 0 for a socket of its own."""
        listener.setblocking(False)
        self._patience = patience
        self._listener = listener
        self._take = take
        self._is_away = False

    async def run(self) -> None:
        """Take connections until it is cancelled."""
        while True:
            await self._wait_for_one()
            if await self._is_left():
                self._note(is_away=True)
                self._take_all()
            else:
                self._note(is_away=False)

    async def _wait_for_one(self) -> None:
        loop = asyncio.get_running_loop()
        waits: asyncio.Future[None] = loop.create_future()

        def note() -> None:
            if not waits.done():
                waits.set_result(None)

        loop.add_reader(self._listener, note)
        try:
            await waits
        finally:
            loop.remove_reader(self._listener)

    async def _is_left(self) -> bool:
        """Whether there was a connection at each look, as long as patience lasts."""
        loop = asyncio.get_running_loop()
        patience = self._patience()
        until = loop.time() + (min(SHORT, patience) if self._is_away else patience)
        while loop.time() < until:
            await asyncio.sleep(LOOK)
            if not self._waits():
                return False
        return True

    def _waits(self) -> bool:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        return bool(poll.poll(0))

    def _take_all(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:  # such as too many open files: those that are served end in seconds
                logger.error("A connection could not be taken: %s.", error.strerror)
                return
            self._take(connection)

    def _note(self, *, is_away: bool) -> None:
        if is_away != self._is_away and self._patience():
            logger.warning("The web process leaves connections waiting." if is_away else "The web process is back.")
        self._is_away = is_away


def patience_with(path: Path) -> float:
    """Long for a web process that lives: it has the file at this path locked for as long as it serves."""
    return LONG_PATIENCE if serving_files.is_noted(path) else PATIENCE
