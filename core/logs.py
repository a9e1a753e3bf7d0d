"""Log lines: a fixed sentence plus fields, without personal data and without secrets."""

import fcntl
import logging
import logging.handlers
import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from core.exceptions import OpenUserError

SECRET = re.compile(
    r"((?:access_token|corpsecret|secret|token|aes_?key|password|authorization|msg_signature|echostr|signature)"
    r"[\"']?\s*[=:]\s*[\"']?)([^&\s\"',}]+)",
    re.IGNORECASE,
)
STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "data",
    "request",  # Django's own lines carry it; it shows the whole URL
}


_cid: ContextVar[str] = ContextVar("cid", default="")


def about(cid: str) -> None:
    """What is logged from here on, in this thread or task, belongs to what this correlation ID stands for."""
    _cid.set(cid)


def about_nothing(**_: Any) -> None:
    """A new request or task begins; a receiver of the signals that say so."""
    _cid.set("")


class Correlate(logging.Filter):
    """Give a line the correlation ID of what is being worked on, where it names none itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        cid = _cid.get()
        if cid and not hasattr(record, "cid"):
            record.cid = cid
        return True


class Redact(logging.Filter):
    """Blank out values that look like secrets, whoever logs them."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = SECRET.sub(r"\1***", text)
        if clean != text:
            record.msg, record.args = clean, ()
        return True


class LineFormatter(logging.Formatter):
    """`time level logger: sentence key=value …`, one line each; newlines inside values cannot forge a line.

    Tracebacks keep the words of our own errors only: those of others quote what people wrote, rows, and URLs with keys.
    """

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        fields = " ".join(f"{key}={value!s}" for key, value in record.__dict__.items() if key not in STANDARD)
        line = f"{when} {record.levelname} {record.name}: {record.getMessage()} {fields}".rstrip()
        line = line.replace("\r", "\\r").replace("\n", "\\n")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line

    def formatException(self, ei: Any) -> str:  # noqa: N802  logging's name
        return "\n".join(_traceback(ei[1], set()))


class LogFile(logging.handlers.WatchedFileHandler):
    """A file that several processes write to, line by line. Whoever finds it full turns it over; the others notice.

    Where it cannot be written that is said once: a full disk must not stop what is being logged.
    """

    def __init__(self, filename: str | Path, *, max_bytes: int = 10_000_000, kept: int = 5) -> None:
        super().__init__(filename, encoding="utf-8", delay=True)
        self._max_bytes = max_bytes
        self._kept = kept
        self._works = True

    def emit(self, record: logging.LogRecord) -> None:
        if not self._works:
            return
        try:
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
            self._turn_over()
            super().emit(record)
        except OSError as error:
            self._works = False
            print(f"{self.baseFilename} cannot be written ({type(error).__name__}).", file=sys.stderr)

    def _turn_over(self) -> None:
        if not self._is_full():
            return
        with open(f"{self.baseFilename}.lock", "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_full():  # nobody else was faster
                for number in range(self._kept - 1, 0, -1):
                    with suppress(FileNotFoundError):
                        os.replace(f"{self.baseFilename}.{number}", f"{self.baseFilename}.{number + 1}")
                os.replace(self.baseFilename, f"{self.baseFilename}.1")

    def _is_full(self) -> bool:
        try:
            return os.stat(self.baseFilename).st_size >= self._max_bytes
        except FileNotFoundError:
            return False


def _traceback(error: BaseException, seen: set[int]) -> Iterator[str]:
    """The lines of an error and of those that it came from, the first one first."""
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen:
        yield from _traceback(earlier, seen)
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    words = f": {error}" if isinstance(error, OpenUserError | ImproperlyConfigured) else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{words}"
