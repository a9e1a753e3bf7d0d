"""Fixtures: an application with a desk, and a program that may send."""

import pytest

from tests.support.factories import make_api, make_application, make_desk
from wecom.models import Application


@pytest.fixture
def application() -> Application:
    application = make_application(is_default=True)
    make_desk(application)
    return application


@pytest.fixture
def api(application):
    return make_api("conversations:read", "messages:read", "messages:write", "members:read", "members:write")
