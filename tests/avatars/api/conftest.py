"""A photograph of a face, as somebody would upload it."""

import pytest

from tests.support.emulator import ROOT


@pytest.fixture
def photo() -> bytes:
    return (ROOT / "tests/data/grace_hopper.jpg").read_bytes()
