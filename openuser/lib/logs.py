"""Log lines: a fixed sentence plus fields, without personal data and without secrets."""

import logging
import re
from datetime import UTC, datetime

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
    """`time level logger: sentence key=value …`, one line each; newlines inside values cannot forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        fields = " ".join(f"{key}={value!s}" for key, value in record.__dict__.items() if key not in STANDARD)
        line = f"{when} {record.levelname} {record.name}: {record.getMessage()} {fields}".rstrip()
        line = line.replace("\r", "\\r").replace("\n", "\\n")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line
