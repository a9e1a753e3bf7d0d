"""Fixtures: an application with a desk, alone and connected to the emulator with three members."""

import pytest

from tests.support import factories


@pytest.fixture
def application():
    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    return application


@pytest.fixture
def company(connected):
    """The application, with a desk."""
    factories.make_desk(connected)
    return connected


@pytest.fixture
def staff(company, emulator):
    """Three members, who exist on both sides of the wire."""
    people = [emulator.hire() for _number in range(3)]
    for one in people:
        factories.make_member(company, one.user_id, name=one.user_id, status="active")
    return people
