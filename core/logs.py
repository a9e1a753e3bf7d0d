"""Logging: a fixed sentence plus fields per line, without personal data or secrets."""

import fcntl
import json
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
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured

from core import traces
from core.exceptions import OpenUserError

NAMED = "(?:access_token|corpsecret|secret|token|aes_?key|password|authorization|msg_signature|echostr|signature)"
SECRET_PATTERN = re.compile(rf"({NAMED}[\"']?\s*[=:]\s*[\"']?)([^&\s\"',}}]+)", re.IGNORECASE)
SECRET_NAME = re.compile(rf".*{NAMED}", re.IGNORECASE)
HIDDEN = "***"
STANDARD_FIELDS = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "data",
    "request",  # Django adds it to its own records; it would print the whole URL
}


_cid: ContextVar[str] = ContextVar("cid", default="")


def correlation_id() -> str:
    """The correlation ID of this thread or task; "" without one."""
    return _cid.get()


def set_correlation_id(cid: str) -> None:
    """Add this correlation ID to every record of this thread or task from now on."""
    _cid.set(cid)


def clear_correlation_id(**_: Any) -> None:
    """Forget the correlation ID; a receiver of the signals that begin a request or a task."""
    _cid.set("")


class AddCorrelationId(logging.Filter):
    """Adds the current correlation ID to records that have none of their own."""

    def filter(self, record: logging.LogRecord) -> bool:
        cid = _cid.get()
        if cid and not hasattr(record, "cid"):
            record.cid = cid
        said = getattr(record, "cid", "")
        if said and traces.is_on():
            record.trace_id = traces.trace_id(said)
        return True


class NamePages(logging.Filter):
    """Names the page of a request, in the lines that Django writes of it, instead of the address that was asked for.

    User IDs and words are parts of addresses, and an address that leads nowhere may be anything.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            match = getattr(request, "resolver_match", None)
            page = f"/{match.route}" if match else "an address that leads nowhere"
            written = (path, path.encode("unicode_escape").decode("ascii"))  # Django's way with letters beyond ASCII
            record.args = tuple(page if part in written else part for part in record.args)
        return True


class RedactSecrets(logging.Filter):
    """Replaces values that look like secrets by ***."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = SECRET_PATTERN.sub(r"\1***", text)
        if clean != text:
            record.msg, record.args = clean, ()
        return True


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """The fields of a record beside its sentence."""
    return {key: value for key, value in record.__dict__.items() if key not in STANDARD_FIELDS}


def redacted(value: Any, name: str = "") -> Any:
    """A value without secrets: those named as such, and those in texts. A type that JSON lacks becomes a text."""
    if isinstance(value, dict):
        return {str(key): redacted(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(inner, name) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return HIDDEN if SECRET_NAME.fullmatch(name) else SECRET_PATTERN.sub(rf"\1{HIDDEN}", str(value))


class LineFormatter(logging.Formatter):
    """`time level logger: sentence key=value …`, one line per record; newlines in values are escaped.

    Tracebacks show the messages of our own exceptions only: other messages may quote texts, rows and URLs with keys.
    """

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        fields = " ".join(f"{key}={value!s}" for key, value in redacted(fields_of(record)).items())
        line = f"{when} {record.levelname} {record.name}: {record.getMessage()} {fields}".rstrip()
        line = line.replace("\r", "\\r").replace("\n", "\\n")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line

    def formatException(self, ei: Any) -> str:  # noqa: N802  logging's name
        return "\n".join(_traceback(ei[1], set()))


class JsonFormatter(LineFormatter):
    """One JSON object per line: `ts` (UTC), `level`, `logger`, `event` (a fixed sentence), then the fields."""

    # Our names of fields, and monitoring's names for them.
    names: ClassVar = {"application": "tenant", "callback": "inbox_id", "outbound": "outbox_id"}

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        document: dict[str, Any] = {"ts": when, "level": record.levelname, "logger": record.name}
        document |= {"event": record.getMessage()}
        document |= {self.names.get(key, key): value for key, value in fields_of(record).items()}
        if record.exc_info:
            document["traceback"] = self.formatException(record.exc_info).splitlines()
        return json.dumps(redacted(document), ensure_ascii=False, default=str)


class SharedRotatingFileHandler(logging.handlers.WatchedFileHandler):
    """A rotated log file that several processes append to. The process that finds it full rotates it.

    If the file cannot be written, the handler says so once on stderr and stops: a full disk must not stop the process.
    """

    def __init__(self, filename: str | Path, *, max_bytes: int = 10_000_000, backup_count: int = 5) -> None:
        super().__init__(filename, encoding="utf-8", delay=True)
        self._max_bytes = max_bytes
        self._backup_count = backup_count
        self._works = True

    def emit(self, record: logging.LogRecord) -> None:
        if not self._works:
            return
        try:
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
            self._rotate_if_full()
            super().emit(record)
        except OSError as error:
            self._works = False
            print(f"{self.baseFilename} cannot be written ({type(error).__name__}).", file=sys.stderr)

    def _rotate_if_full(self) -> None:
        if not self._is_full():
            return
        with open(f"{self.baseFilename}.lock", "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_full():  # no other process was faster
                for number in range(self._backup_count - 1, 0, -1):
                    with suppress(FileNotFoundError):
                        os.replace(f"{self.baseFilename}.{number}", f"{self.baseFilename}.{number + 1}")
                os.replace(self.baseFilename, f"{self.baseFilename}.1")

    def _is_full(self) -> bool:
        try:
            return os.stat(self.baseFilename).st_size >= self._max_bytes
        except FileNotFoundError:
            return False


def _traceback(error: BaseException, seen: set[int]) -> Iterator[str]:
    """The lines of a traceback, beginning with the original exception."""
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen:
        yield from _traceback(earlier, seen)
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    detail = f": {error}" if isinstance(error, OpenUserError | ImproperlyConfigured) else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{detail}"
