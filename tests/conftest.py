"""What every test stands on: a private broker, unless TEST_BROKER_URL names one."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from openuser.services import valkey


@pytest.fixture(scope="session", autouse=True)
def broker() -> Iterator[str]:
    """The URL of the broker that wakes nobody here: tests call what a task would."""
    if os.environ.get("TEST_BROKER_URL"):
        yield settings.BROKER_URL
        return
    with valkey.running(settings.BROKER_FOLDER) as url:
        yield url


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path) -> None:
    """Files of one test are not those of another."""
    settings.MEDIA_ROOT = tmp_path / "media"
