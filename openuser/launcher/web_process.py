"""The web server on a socket that its parent has opened: python -m openuser.launcher.web_process DESCRIPTOR [PROCESSES]

This process imports everything once and serves nothing: it forks those that do. One that dies is replaced within a
tenth of a second, where a start takes seconds. uvicorn's own `--fd` takes any socket for one of Unix, and leaves
Nagle's algorithm on.
"""

import gc
import importlib
import os
import signal
import socket
import sys
import time
from types import FrameType

from django.conf import settings
from uvicorn import Config, Server

from openuser.launcher.listener import BACKLOG, note_serving

APPLICATION = "openuser.asgi:application"
# Objects until a collection, and collections until a longer one. Python's 700 are made by a few callbacks that wait for
# the same commit, so that each looks through all of them for nothing: a twelfth of the processor's time.
GARBAGE = (50_000, 20, 50)
ENDS = (signal.SIGINT, signal.SIGTERM)
SHORTEST_LIFE = 1.0  # seconds; one that lives for less is replaced after as long


class WebServer:
    """The parent of the processes that serve."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._children: dict[int, float] = {}  # when each was forked
        self._stopping = False

    def run(self, processes: int) -> None:
        """Keep so many processes alive until a signal, and end them."""
        importlib.import_module(APPLICATION.partition(":")[0])
        gc.freeze()  # so that collecting garbage does not copy the memory that all share
        gc.set_threshold(*GARBAGE)
        for number in ENDS:
            signal.signal(number, self._stop)
        for _ in range(processes):
            self._fork()
        while self._children:
            pid, _status = os.wait()
            lived = time.monotonic() - self._children.pop(pid, 0.0)
            if not self._stopping:
                time.sleep(SHORTEST_LIFE if lived < SHORTEST_LIFE else 0.0)
                self._fork()

    def _fork(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # until the child is known, and no longer answers for its parent
        pid = os.fork()
        if pid == 0:
            serve(self._listener)
        self._children[pid] = time.monotonic()
        if self._stopping:  # the signal came before it was forked
            os.kill(pid, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)


def serve(listener: socket.socket) -> None:
    """Serve until a signal, and end the process."""
    for number in ENDS:
        signal.signal(number, signal.SIG_DFL)  # until uvicorn handles them
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    status = 1
    try:
        _serving = note_serving(settings.VAR_DIR)  # closed with the process
        Server(configuration()).run(sockets=[listener])
        status = 0
    finally:
        os._exit(status)  # what the parent has to do at its end is not for a child


def configuration() -> Config:
    """How the web process serves."""
    return Config(
        APPLICATION,
        lifespan="on",
        backlog=BACKLOG,
        timeout_graceful_shutdown=2,
        log_level="warning",
        log_config=None,  # its lines have the form of ours
        access_log=False,  # else a line is prepared for each request, and then not written
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=4096,  # clients of live pages send nothing
    )


def main(descriptor: int, processes: int = 1) -> None:
    """Serve on an open socket until a signal."""
    WebServer(socket.socket(fileno=descriptor)).run(processes)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
