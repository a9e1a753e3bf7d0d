"""The stage of the spool: an application, and a folder of its own."""

from pathlib import Path

import pytest

from tests.support import factories


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "spool")}
    return tmp_path / "spool"
