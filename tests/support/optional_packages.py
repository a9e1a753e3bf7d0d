"""Packages that a machine of a developer may lack, and CI may not; and pip, for environments of a test's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from avatars.adapters.availability import installed
from tests.support.paths import ROOT

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def needs(package: str, distribution: str) -> pytest.MarkDecorator:
    """Skip a test where a package is missing; in CI it fails."""
    return pytest.mark.skipif(not IN_CI and not installed(package), reason=f"{distribution} is not installed")


def leave_out(reason: str) -> None:
    """Skip the rest of a test, or fail it in CI."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


def pip(*words: str | Path, python: str | Path = sys.executable) -> None:
    """Run pip from the checkout, in this environment or in that of `python`; its words are shown when it fails."""
    line = [python, "-m", "pip", "--disable-pip-version-check", "-q", *words]
    done = subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
