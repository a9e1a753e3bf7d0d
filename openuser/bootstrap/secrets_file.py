"""Generated secrets of an installation, in var/secrets.env, readable by its owner only. Standard library only."""

import base64
import fcntl
import os
import secrets
import string
from collections.abc import Callable, Mapping
from pathlib import Path

Maker = Callable[[], str]


def ensure(path: Path, makers: Mapping[str, Maker]) -> None:
    """Generate values that neither the environment nor the file has. Safe to call in several processes at once.

    Args:
        path: the file of `NAME=value` lines; created with mode 0600, its folder with 0700.
        makers: a function for each value.
    """
    wanted = [name for name in makers if not os.environ.get(name)]
    if not wanted:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = file.read()
        known = parse(content)
        missing = [name for name in wanted if name not in known]
        if missing:
            start = "\n" if content and not content.endswith("\n") else ""
            file.write(start + "".join(f"{name}={makers[name]()}\n" for name in missing))
            file.flush()
            os.fsync(file.fileno())


def put(path: Path, values: Mapping[str, str]) -> None:
    """Set values in the file, in the place of those of the same names."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = [line for line in file.read().splitlines() if line.partition("=")[0].strip() not in values]
        lines += [f"{name}={value}" for name, value in values.items()]
        file.seek(0)
        file.write("".join(f"{line}\n" for line in lines))
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> dict[str, str]:
    """The values of a file; {} if it is missing."""
    return parse(path.read_text(encoding="utf-8")) if path.exists() else {}


def parse(content: str) -> dict[str, str]:
    """The values in the text of a file."""
    pairs = (line.split("=", 1) for line in content.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs if value.strip()}


def secret_key() -> str:
    """A SECRET_KEY."""
    return secrets.token_urlsafe(50)


def field_key() -> str:
    """A Fernet key: 32 bytes as urlsafe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def password() -> str:
    """A password without characters that look alike."""
    alphabet = [character for character in string.ascii_letters + string.digits if character not in "0O1lI"]
    return "".join(secrets.choice(alphabet) for _ in range(16))


def corp_id() -> str:
    """A corp ID in WeChat Work's format: `ww` and 16 hexadecimal digits."""
    return "ww" + secrets.token_hex(8)


def aes_key() -> str:
    """An EncodingAESKey: 32 bytes as base64 without padding, 43 letters and digits."""
    while True:
        key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        if key.isalnum():
            return key


def token() -> str:
    """A callback token, with letters and digits only."""
    return secrets.token_hex(16)
