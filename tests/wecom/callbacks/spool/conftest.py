"""The stage of the spool: an application, and a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import factories
from wecom.callbacks import reception


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@pytest.fixture(autouse=True)
def as_promised(promised_patience: None) -> None:
    """A database that is away is noticed as soon as in production."""


@pytest.fixture
def folder(settings, tmp_path: Path) -> Iterator[Path]:
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "spool")}
    reception.forget()
    yield tmp_path / "spool"
    reception.forget()
