"""The stage: an application with a desk, and schedules whose clock is in the test's hand."""

import pytest

from tests.support import factories


@pytest.fixture
def application():
    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    return application
