"""What a machine of a developer may lack; CI, which installs everything, may not."""

import os

import pytest

from avatars.adapters.availability import installed

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def needs(package: str, distribution: str) -> pytest.MarkDecorator:
    """Skip a test where a package is missing; in CI it fails."""
    return pytest.mark.skipif(not IN_CI and not installed(package), reason=f"{distribution} is not installed")


def leave_out(reason: str) -> None:
    """Skip the rest of a test, or fail it in CI."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)
