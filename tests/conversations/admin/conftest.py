"""Fixtures: HR in the admin, and a flow drawn there."""

import pytest
from django.test import Client

from conversations.models import Flow
from tests.conversations.support.flow_pages import drawn, staff


@pytest.fixture
def hr() -> Client:
    return staff("boss", superuser=True)


@pytest.fixture
def flow(hr) -> Flow:
    return drawn(hr)
