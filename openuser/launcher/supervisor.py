"""Keeps the processes of an installation alive: starts, restarts and stops them in order."""

import itertools
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from openuser.launcher.console import Console
from openuser.servers.server_processes import Account, Processes

NAME = "up"


@dataclass(frozen=True, kw_only=True)
class Program:
    """A process to keep alive.

    Attributes:
        stage: programs with a lower stage stop first.
        grace: seconds between the signal to end and SIGKILL.
        end_signal: the signal to end.
        account: the user that runs it, if not the current one.
        is_ready: whether it answers; called repeatedly until it does, so it should return soon.
        descriptors: open files that it inherits.
        longest_pause: seconds until it is restarted at the latest, if not the policy's.
        outlives: whether it stays when this process is killed.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    stage: int
    grace: float = 5.0
    end_signal: int = signal.SIGTERM
    account: Account | None = None
    cwd: Path | None = None
    is_ready: Callable[[], bool] = lambda: True
    descriptors: Sequence[int] = ()
    longest_pause: float | None = None
    outlives: bool = False


@dataclass(frozen=True, kw_only=True)
class RestartPolicy:
    """When a program is restarted after it ended; in seconds."""

    first: float = 1.0
    longest: float = 30.0
    healthy_after: float = 60.0
    deaths_before_ready: int = 3


@dataclass
class SupervisedProgram:
    """A program and its state."""

    program: Program
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0
    ready: bool = field(default=False)

    def order(self) -> tuple[int, int]:
        """The sort key for stopping: stage, then signal."""
        return self.program.stage, self.program.end_signal


class NotStartingError(Exception):
    """A program ends repeatedly without ever becoming ready."""


class Supervisor:
    """Runs in the main thread: `start` programs, `wait_until_ready`, then `run` until a signal, then `stop`."""

    def __init__(self, console: Console, processes: Processes, *, policy: RestartPolicy | None = None) -> None:
        self.stopping = False
        self._console = console
        self._processes = processes
        self._policy = policy or RestartPolicy()
        self._children: dict[str, SupervisedProgram] = {}

    def catch_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal end everything in order, and a second one at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, *programs: Program) -> None:
        """Start programs, all at once."""
        for program in programs:
            child = self._children.setdefault(program.name, SupervisedProgram(program=program))
            self._start_child(child)

    def wait_until_ready(self, *, hint_after: float = 20.0) -> bool:
        """Return True when every program is ready, False if a signal came first.

        Raises:
            NotStartingError: a program ended several times without becoming ready.
        """
        hint = time.monotonic() + hint_after
        while not self.stopping:
            self.check()
            waiting = [child for child in self._children.values() if not self._is_ready(child)]
            if not waiting:
                return True
            for child in waiting:
                if child.deaths >= self._policy.deaths_before_ready:
                    raise NotStartingError(child.program.name)
            if time.monotonic() > hint:
                self._say(f"still waiting for {', '.join(child.program.name for child in waiting)} …")
                hint = time.monotonic() + hint_after
            time.sleep(0.05)
        return False

    def run(self, *, each_second: Callable[[], None] = lambda: None) -> None:
        """Keep the programs alive until a signal comes."""
        next_second = time.monotonic()
        while not self.stopping:
            self.check()
            if time.monotonic() >= next_second:
                each_second()
                next_second = time.monotonic() + 1
            time.sleep(0.1)

    def check(self) -> None:
        """Notice ended programs, and restart those whose delay is over."""
        now = time.monotonic()
        for child in self._children.values():
            if child.process is not None and self._processes.ended(child.process):
                self._handle_exit(child, now)
            elif child.process is None and now >= child.due and not self.stopping:
                self._start_child(child)

    def restart(self, names: Iterable[str], *, why: str) -> None:
        """Stop some programs and start them again at once."""
        children = [self._children[name] for name in names if name in self._children]
        if not children:
            return
        self._say(f"{why}: restarting {', '.join(child.program.name for child in children)}")
        running = [child.process for child in children if child.process is not None]
        self._processes.end(running, grace=2.0)
        for child in children:
            child.deaths = 0
            self._start_child(child)

    def stop(self) -> None:
        """Stop all programs, stage by stage."""
        self.stopping = True
        children = sorted(self._children.values(), key=SupervisedProgram.order)
        for (_, number), group in itertools.groupby(children, key=SupervisedProgram.order):
            ending = list(group)
            running = [child.process for child in ending if child.process is not None]
            self._processes.end(running, number=number, grace=max(child.program.grace for child in ending))
        self._processes.end_all()

    def _start_child(self, child: SupervisedProgram) -> None:
        program = child.program
        child.process = self._processes.start(
            program.command,
            env=program.env,
            cwd=program.cwd,
            account=program.account,
            descriptors=program.descriptors,
            outlives=program.outlives,
        )
        child.started = time.monotonic()
        if child.process.stdout is not None:
            self._console.follow(child.program.name, child.process.stdout)

    def _handle_exit(self, child: SupervisedProgram, now: float) -> None:
        """Log that a program ended, and schedule its restart, with a longer delay each time unless it ran well."""
        status = child.process.returncode if child.process is not None else 0
        child.process = None
        child.deaths = 1 if now - child.started >= self._policy.healthy_after else child.deaths + 1
        longest = child.program.longest_pause
        longest = self._policy.longest if longest is None else longest
        delay = min(longest, self._policy.first * 2 ** (child.deaths - 1))
        child.due = now + delay
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        self._say(f"{child.program.name} {how}; starting it again in {delay:g} s")

    def _is_ready(self, child: SupervisedProgram) -> bool:
        if not child.ready and child.process is not None:
            child.ready = child.program.is_ready()
        return child.ready

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            self._processes.end_all(grace=0.0)
            return
        self.stopping = True

    def _say(self, text: str) -> None:
        self._console.say(NAME, text)
