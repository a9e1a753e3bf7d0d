"""Fixtures: an application with a desk, and a member who writes."""

import pytest

from tests.conversations.support.person import Person
from tests.support import factories


@pytest.fixture
def application(media):
    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    factories.make_answer()
    return application


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def person(application):
    return Person(application)
