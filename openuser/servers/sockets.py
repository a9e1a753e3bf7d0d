"""Where a private server listens: a Unix socket in its data folder, or at a short place of its own.

A socket's path may have 103 bytes on macOS and 107 on Linux; a checkout may lie deeper than that.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from openuser.servers.processes import ServiceError

MAX_PATH_BYTES = 100  # bytes; the system's limit is 103 (macOS) or 107 (Linux)


def socket_folder(folder: Path, name: str) -> Path:
    """The folder of the socket `name` of a server whose data lie in `folder`: always the same one."""
    folder = folder.absolute()
    if len(os.fsencode(folder / name)) <= MAX_PATH_BYTES:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"openuser-{os.getuid()}-{digest}"


def make_folder(folder: Path, *, uid: int, gid: int) -> None:
    """Make a socket's short folder where it is missing, for its server only.

    Raises:
        ServiceError: it belongs to somebody else.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {uid, os.getuid()}:
        raise ServiceError(f"{folder} belongs to another user.\n  Choose a shorter var folder: OPENUSER_VAR_DIR=…")
    if folder.stat().st_uid != uid:
        os.chown(folder, uid, gid)
