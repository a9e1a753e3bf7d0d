"""A Celery worker that is there again a moment after it was killed.

`python -m openuser.launcher.worker_process` takes the arguments of `celery worker`. The parent has imported everything,
and forks the worker: half a second of CPU instead of four, in which members wait.
"""

import gc
import importlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

LIVED = 5.0  # seconds; one that dies sooner is not started again here, but by whoever started this
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
PARTS = (
    *("celery.apps.worker", "celery.bin.celery", "celery.concurrency.thread", "celery.worker"),
    *("celery.worker.consumer", "kombu.transport.redis"),
)


def preload() -> None:
    """Import the code of a worker. Opens no connection and starts no thread, which a fork would share or lose."""
    for name in (*PARTS, "openuser.celery"):
        importlib.import_module(name)
    sys.modules["openuser.celery"].app.loader.import_default_modules()
    gc.collect()
    gc.freeze()  # a collection would copy the pages that both have


class Parent:
    """Forks the worker, hands on the signals that end it, and forks it again when it was killed."""

    def __init__(self) -> None:
        self._child = 0
        self._asked = 0

    def run(self) -> int | None:
        """None in the worker; in the parent how the last one ended."""
        for number in SIGNALS:
            signal.signal(number, self._end)
        while True:
            began = time.monotonic()
            self._child = os.fork()
            if not self._child:
                for number in SIGNALS:
                    signal.signal(number, signal.SIG_DFL)
                return None
            if self._asked:  # before there was one to hand it on to
                os.kill(self._child, self._asked)
            status = self._status()
            if self._asked or not status or time.monotonic() - began < LIVED:
                return status
            print(f"The worker ended with status {status}; it goes on at once.", flush=True)

    def _status(self) -> int:
        """How the worker ended; as the first process of a container it has others to bury, too."""
        while True:
            pid, status = os.wait()
            if pid == self._child:
                return os.waitstatus_to_exitcode(status)

    def _end(self, number: int, _: FrameType | None) -> None:
        self._asked = number
        if self._child:
            with suppress(ProcessLookupError):
                os.kill(self._child, number)


def main(arguments: Sequence[str]) -> int:
    """Be a worker with these arguments of `celery worker`, and its parent."""
    preload()
    status = Parent().run()
    if status is not None:
        return status if status >= 0 else 128 - status  # as a shell says it
    sys.argv = ["celery", "-q", "-A", "openuser", "worker", *arguments]
    return int(sys.modules["celery.bin.celery"].main() or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
