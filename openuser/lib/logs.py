"""Log lines: a fixed sentence plus fields, without personal data and without secrets."""

import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from openuser.lib.exceptions import OpenUserError

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


def _traceback(error: BaseException, seen: set[int]) -> Iterator[str]:
    """The lines of an error and of those that it came from, the first one first."""
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen:
        yield from _traceback(earlier, seen)
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    words = f": {error}" if isinstance(error, OpenUserError | ImproperlyConfigured) else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{words}"
