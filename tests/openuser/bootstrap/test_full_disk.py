"""Commands on a full disk: words in the place of a traceback, from the first file to the last table."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from openuser.bootstrap import full_disk
from tests.support.paths import ROOT


@pytest.fixture
def disk(request, tmp_path: Path) -> Iterator[Path]:
    """A disk of a few kilobytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a disk of its own")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def migrate(var: Path) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "OPENUSER_VAR_DIR": str(var), "OPENUSER_BOOTSTRAP": "off"}
    env |= {"DJANGO_SETTINGS_MODULE": "openuser.settings.embedded"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("disk", ["4k", "64k", "1m"], indirect=True)
def test_a_full_disk_is_told_in_words(disk):
    if os.statvfs(disk).f_blocks == 1:
        (disk / "full").write_bytes(b"x" * 4096)  # not even the keys find room
    result = migrate(disk / "var")
    assert result.returncode == 1
    assert f"the disk is full: 0 MB are free in {disk}" in result.stderr
    assert "Free some space" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (RuntimeError("database or disk is full"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (ValueError("full"), False),
    ],
)
def test_only_a_full_disk_is_called_so(error, told):
    assert full_disk.is_cause(error) is told
    wrapped = RuntimeError("it failed")
    wrapped.__cause__ = error
    assert full_disk.is_cause(wrapped) is told


def test_postgresqls_own_code_says_it_too():
    class Refused(Exception):
        sqlstate = "53100"

    assert full_disk.is_cause(Refused("could not extend file"))
