"""Fixtures: an application with a desk."""

import pytest

from tests.support import factories


@pytest.fixture
def application():
    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    return application
