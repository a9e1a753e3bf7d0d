"""Fixtures: an administrator in the admin; HR, who writes and sends, and the person who approves."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.scheduling.support.campaign_pages import person_of


@pytest.fixture
def hr(application) -> Client:
    return person_of("editor", "operator", name="hr")


@pytest.fixture
def approver(application) -> Client:
    return person_of("approver")


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client
