"""Processes of a stack, forked from a parent that has imported the installation already.

To import Django and the apps costs a process two seconds of CPU, and the suite starts some two hundred of them.
The parent is `python -m tests.support.preloaded`: it gets requests as lines of JSON on stdin, and answers on stdout.
"""

import contextlib
import faulthandler
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT

POINT = "OPENUSER_CRASH_AT"  # the one setting in which children of a parent may differ
SHOWS_THREADS = signal.SIGUSR2  # lets a child log where each of its threads stands
GRACE = 2.0  # seconds between asking and killing
PARTS = (
    *("celery.apps.beat", "celery.apps.worker", "celery.bin.celery", "celery.concurrency.thread", "celery.worker"),
    *("celery.worker.consumer", "channels_redis.core", "django_celery_beat.schedulers", "kombu.transport.redis"),
    *("uvicorn.main", "uvicorn.protocols.http.httptools_impl", "uvicorn.protocols.websockets.websockets_impl"),
)


class Child:
    """A forked process, to be used as a `subprocess.Popen`."""

    def __init__(self, parent: "Preloaded", pid: int) -> None:
        self.parent = parent
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it runs. What it leaves in its session ends with it."""
        if self.returncode is None:
            self.returncode = self.parent.ask(poll=self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            time.sleep(0.01)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def end(self, *, number: int = signal.SIGTERM, grace: float = GRACE) -> None:
        """Ask it to end; kill its session after `grace` seconds."""
        self.send_signal(number)
        try:
            self.wait(grace)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.wait()


class Preloaded:
    """The parent, in an environment that its children share."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self.env = dict(env)
        self._lock = threading.Lock()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self.env,
                cwd=ROOT,
                start_new_session=True,
                text=True,
            )

    def suits(self, env: Mapping[str, str]) -> bool:
        """Whether a child would have the settings of a process that is started afresh."""
        return {name for name in {*env, *self.env} if env.get(name) != self.env.get(name)} <= {POINT}

    def start(self, command: Sequence[str], env: Mapping[str, str], output: Path, errors: Path | None = None) -> Child:
        """Start what `python ARGUMENTS` would; its output is appended to files."""
        files = {"output": str(output), "errors": str(errors or output)}
        return Child(self, self.ask(start=list(command[1:]), point=env.get(POINT, ""), **files))

    def ask(self, **request: Any) -> Any:
        pipe = self._process
        assert pipe.stdin is not None
        assert pipe.stdout is not None
        with self._lock:
            pipe.stdin.write(json.dumps(request) + "\n")
            pipe.stdin.flush()
            answer = pipe.stdout.readline()
        assert answer, "the parent of the processes has died"
        return json.loads(answer)

    def close(self) -> None:
        """End the parent, and with it every child that is left."""
        with self._lock:
            self._process.communicate()


def can_be_forked(command: Sequence[str]) -> bool:
    """Whether it is Python with our settings."""
    return command[0] == sys.executable and "emulator" not in command


def preload() -> None:
    """Import what web, workers, beat and commands do, without a connection, a thread or a file that children share."""
    import django
    from django.urls import get_resolver

    django.setup()
    for name in (*PARTS, "openuser.asgi", "openuser.celery"):
        importlib.import_module(name)
    sys.modules["openuser.celery"].app.loader.import_default_modules()
    assert get_resolver().url_patterns
    assert threading.active_count() == 1, "a thread does not survive a fork"
    gc.collect()
    gc.freeze()


def serve() -> dict[str, Any] | None:
    """Answer requests until their end. In a child: what it shall be."""
    children: set[int] = set()
    for line in sys.stdin:
        request = json.loads(line)
        if "poll" in request:
            answer = ended(request["poll"], children)
        else:
            answer = os.fork()
            if answer == 0:
                return dict(request)
            children.add(answer)
        print(json.dumps(answer), flush=True)
    end(children)
    return None


def ended(pid: int, children: set[int]) -> int | None:
    """The exit status of a child, as `subprocess` gives it; None while it runs."""
    found, status = os.waitpid(pid, os.WNOHANG)
    if not found:
        return None
    children.discard(pid)
    signal_group(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status)


def end(children: set[int]) -> None:
    """End all children with their sessions, also those whose owner died."""
    for pid in children:
        signal_group(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while children and time.monotonic() < deadline:
        time.sleep(0.02)
        for pid in list(children):
            ended(pid, children)
    for pid in children:
        signal_group(pid, signal.SIGKILL)


def signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def become(request: dict[str, Any]) -> None:
    """Be a process of its own that runs Python's arguments."""
    from django.conf import settings

    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    redirect(0, os.devnull, os.O_RDONLY)
    for descriptor, file in ((1, request["output"]), (2, request["errors"])):
        redirect(descriptor, file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    faulthandler.register(SHOWS_THREADS)  # Celery shows them by SIGUSR1, with what each variable holds
    os.environ[POINT] = settings.CRASH_AT = request["point"]
    words = request["start"]
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


def redirect(descriptor: int, path: str, flags: int) -> None:
    opened = os.open(path, flags, 0o644)
    os.dup2(opened, descriptor)
    os.close(opened)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends with its owner, not before
    preload()
    request = serve()
    if request:
        become(request)


if __name__ == "__main__":
    main()
