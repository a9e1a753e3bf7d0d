"""Fixtures: a connected company, its staff, and who writes and sends there."""

import pytest
from django.test import Client

from tests.scheduling.support.campaign_pages import person_of
from tests.support import factories


@pytest.fixture
def company(connected):
    """The application, connected to the emulator, with a desk."""
    factories.make_desk(connected)
    return connected


@pytest.fixture
def staff(company, emulator):
    """Three members, who exist on both sides of the wire."""
    people = [emulator.hire() for _number in range(3)]
    for one in people:
        factories.make_member(company, one.user_id, name=one.user_id, status="active")
    return people


@pytest.fixture
def sender(company) -> Client:
    """Who writes and sends, in the connected company."""
    return person_of("editor", "operator", name="sender")
