"""Fixtures: our own web server, and no refusals of another test."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_refusals():
    """Of another test."""
    cache.clear()


@pytest.fixture
def site(live_server, settings, connected) -> str:
    """The address of our own web server, which the settings name."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)
