"""Celery workers that are there again a moment after they were killed.

`python -m openuser.launcher.worker_process` takes the arguments of `celery worker`, or those of several workers with
` -- ` between them; a part that begins with `beat` is beat. The parent has imported everything, and forks them: half a
second of CPU for each instead of four, in which members wait, and one copy of the code in memory.
"""

import gc
import importlib
import itertools
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

LIVED = 5.0  # seconds; one that dies sooner fails to start, more likely than not
LONGEST_PAUSE = 30.0  # seconds before one that dies again and again is tried once more
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
PARTS = (
    *("celery.apps.beat", "celery.apps.worker", "celery.bin.celery", "celery.concurrency.thread", "celery.worker"),
    *("celery.worker.consumer", "kombu.transport.redis"),
)
BEAT, BETWEEN = "beat", "--"


def preload() -> None:
    """Import the code of a worker. Opens no connection and starts no thread, which a fork would share or lose."""
    for name in (*PARTS, "openuser.celery"):
        importlib.import_module(name)
    sys.modules["openuser.celery"].app.loader.import_default_modules()
    importlib.import_module("django_celery_beat.schedulers")  # it has models, so it wants the apps
    gc.collect()
    gc.freeze()  # a collection would copy the pages that both have


@dataclass
class Job:
    """A worker or beat, with the seconds that it is held back because it died young."""

    arguments: list[str]
    began: float = 0.0
    pause: float = 0.0

    @property
    def name(self) -> str:
        """As `ps` shows it, and a message."""
        words = self.arguments
        return words[words.index("-n") + 1].partition("@")[0] if "-n" in words else words[0] if words else "worker"

    @property
    def command(self) -> list[str]:
        """The command line of celery."""
        is_beat = self.arguments[:1] == [BEAT]
        return ["celery", "-q", "-A", "openuser", *([] if is_beat else ["worker"]), *self.arguments]

    def died(self) -> None:
        """Hold it back the longer, the more often it dies young."""
        is_young = time.monotonic() - self.began < self.pause + LIVED
        self.pause = min(LONGEST_PAUSE, 2 * self.pause or 1.0) if is_young else 0.0


class Parent:
    """Forks the workers, hands on the signals that end them, and forks again those that were killed."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = tuple(jobs)
        self._children: dict[int, Job] = {}
        self._asked = 0

    def run(self) -> Job | int:
        """In a worker its job; in the parent how the last one ended."""
        for number in SIGNALS:
            signal.signal(number, self._end)
        waiting, status = list(self._jobs), 0
        while True:
            for job in waiting:
                if self._fork(job):
                    return job
            if not self._children:
                return status
            job, status = self._ended()
            job.died()
            is_given_up = len(self._jobs) == 1 and (not status or job.pause)  # whoever started this starts it again
            waiting = [] if is_given_up else [job]
            if waiting and not self._asked:
                print(
                    f"{job.name} ended with status {status}; it goes on {'soon' if job.pause else 'at once'}.",
                    flush=True,
                )

    def _fork(self, job: Job) -> bool:
        """Whether this is the child. After a signal that ends all there is none."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # until the parent knows it, and it answers for itself
        job.began = time.monotonic()
        pid = 0 if self._asked else os.fork()
        is_child = not pid and not self._asked
        if is_child:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)
        elif pid:
            self._children[pid] = job
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        if is_child:
            time.sleep(job.pause)
        return is_child

    def _ended(self) -> tuple[Job, int]:
        """The next that ended, and how; as the first process of a container this has others to bury, too."""
        while True:
            pid, status = os.wait()
            if pid in self._children:
                return self._children.pop(pid), os.waitstatus_to_exitcode(status)

    def _end(self, number: int, _: FrameType | None) -> None:
        self._asked = number
        for pid in self._children:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def jobs_of(arguments: Sequence[str]) -> list[Job]:
    """The workers of a command line."""
    parts = itertools.groupby(arguments, key=lambda word: word == BETWEEN)
    return [Job(list(words)) for is_between, words in parts if not is_between] or [Job([])]


def main(arguments: Sequence[str]) -> int:
    """Be the workers with these arguments, and their parent."""
    preload()
    job = Parent(jobs_of(arguments)).run()
    if isinstance(job, int):
        return job if job >= 0 else 128 - job  # as a shell says it
    with suppress(OSError):  # macOS has no such file
        Path("/proc/self/comm").write_text(job.name, encoding="utf-8")  # else `ps` shows the same for all
    sys.argv = job.command
    return int(sys.modules["celery.bin.celery"].main() or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
