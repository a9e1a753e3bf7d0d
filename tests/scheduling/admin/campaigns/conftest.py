"""Fixtures: who writes and sends in the connected company."""

import pytest
from django.test import Client

from tests.scheduling.support.campaign_pages import person_of


@pytest.fixture
def sender(company) -> Client:
    """Who writes and sends, in the connected company."""
    return person_of("editor", "operator", name="sender")
