"""Folders of Unix sockets: the data folder of a server, or a short path if that is too long.

The path of a socket may have 103 bytes on macOS and 107 on Linux; the path of a checkout may be longer.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from openuser.servers.server_processes import ServiceError

MAX_PATH_BYTES = 100  # bytes; the system's limit is 103 (macOS) or 107 (Linux)


def socket_folder(folder: Path, name: str) -> Path:
    """The folder of the socket `name` for a server with data in `folder`; always the same."""
    folder = folder.absolute()
    if len(os.fsencode(folder / name)) <= MAX_PATH_BYTES:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"openuser-{os.getuid()}-{digest}"


def make_folder(folder: Path, *, uid: int, gid: int) -> None:
    """Create the folder of a socket if it is missing, for its server only.

    Raises:
        ServiceError: it belongs to another user.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {uid, os.getuid()}:
        raise ServiceError(f"{folder} belongs to another user.\n  Choose a shorter var folder: OPENUSER_VAR_DIR=…")
    if folder.stat().st_uid != uid:
        os.chown(folder, uid, gid)
