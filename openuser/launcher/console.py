"""The output of child processes, prefixed with their names: on the terminal in colour, and in logs/app.log.

Lines about WeChat Work go to logs/wechat_integration.log too.
"""

import logging
import logging.handlers
import re
import sys
import threading
from pathlib import Path
from typing import IO

from core.logs import LineFormatter, RedactSecrets

COLOURS = (36, 33, 35, 32, 34, 96, 93)
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# Warnings that apply to every laptop and need no action.
NOISE = re.compile(
    r"(?i)overcommit|memory overcommit must be enabled|vm\.overcommit_memory|can also cause failures without low memory"
    r"|superuser privileges|absolutely not recommended|specify a different user using the --uid"
    r"|^User information: uid=|no config file specified|Redis is starting|Valkey is starting"
    r"|Received SIGTERM scheduling shutdown|is now ready to exit, bye bye|^worker: Warm shutdown"
    r"|TensorFlow Lite XNNPACK delegate"
)


# The start of one of our log lines (core/logs.py), with its logger. A traceback belongs to the line before it.
HEAD = re.compile(
    r'(?:\d\d:\d\d:\d\d\.\d{3} [A-Z]+ |\{"ts": "[^"]+", "level": "[A-Z]+", "logger": ")(?P<logger>[\w.]+)'
)
WECHAT = re.compile(r"wecom(?!\.emulator\b)\b")


class ConsoleHandler(logging.Handler):
    """A logging handler that writes to a console, under a name."""

    def __init__(self, console: "Console", name: str) -> None:
        super().__init__()
        self._console = console
        self._who = name
        self.setFormatter(LineFormatter())
        self.addFilter(RedactSecrets())

    def emit(self, record: logging.LogRecord) -> None:
        self._console.say(self._who, self.format(record))


class Console:
    """Writes lines of several children, from several threads, to the terminal and to rotated log files."""

    def __init__(self, log_file: Path, *, wechat_file: Path | None = None, terminal: IO[str] | None = None) -> None:
        self._file = _rotated(log_file)
        self._wechat_file = _rotated(wechat_file) if wechat_file else None
        self._logger_of: dict[str, str] = {}
        self._terminal = terminal or sys.stdout
        self._coloured = self._terminal.isatty()
        self._lock = threading.Lock()
        self._names: dict[str, int] = {}

    def say(self, name: str, text: str) -> None:
        """Write a line of the process `name`; without colours in the file."""
        with self._lock:
            colour = self._names.setdefault(name, COLOURS[len(self._names) % len(COLOURS)])
            plain = ESCAPES.sub("", text)
            record = logging.makeLogRecord({"msg": f"{name:<8} | {plain}"})
            self._file.emit(record)
            if self._wechat_file is not None and self._is_wechat(name, plain):
                self._wechat_file.emit(record)
            prefix = f"\x1b[{colour}m{name:<8} |\x1b[0m" if self._coloured else f"{name:<8} |"
            self._print(f"{prefix} {text if self._coloured else plain}")

    def show(self, text: str) -> None:
        """Write a text to the terminal only, for example one with a password."""
        with self._lock:
            self._print(text)

    def follow(self, name: str, stream: IO[bytes]) -> None:
        """Write a child's output until it ends, from a thread; returns at once."""
        threading.Thread(target=self._copy, args=(name, stream), name=f"log-{name}", daemon=True).start()

    def _copy(self, name: str, stream: IO[bytes]) -> None:
        with stream:
            for raw in stream:
                line = raw.decode("utf-8", errors="replace").rstrip()
                if line and not NOISE.search(line):
                    self.say(name, line)

    def _is_wechat(self, name: str, line: str) -> bool:
        head = HEAD.match(line)
        if head:
            self._logger_of[name] = head["logger"]
        return bool(WECHAT.match(self._logger_of.get(name, "")))

    def _print(self, line: str) -> None:
        try:
            print(line, file=self._terminal, flush=True)
        except (OSError, ValueError):  # the terminal was closed; the file goes on
            self._terminal = open("/dev/null", "w")  # noqa: SIM115


class LogFile(logging.handlers.RotatingFileHandler):
    """A rotated file. On a full disk its lines are lost, and the terminal has them still."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        """Print no traceback between the lines of the terminal."""


def _rotated(path: Path) -> LogFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = LogFile(path, maxBytes=10_000_000, backupCount=5, encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    return file
