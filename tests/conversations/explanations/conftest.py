"""Fixtures: a published flow that makes a video."""

import pytest
from django.contrib.auth.models import User

from conversations import services
from conversations.models import Flow
from tests.support import factories


@pytest.fixture
def publisher() -> User:
    return User.objects.create_user("hr.lin", first_name="Lin")


@pytest.fixture
def flow(application, publisher) -> Flow:
    flow = factories.make_flow(name="制作视频", command="/制作", menu_key="MAKE_VIDEO")
    services.publish(flow, by=publisher)
    flow.refresh_from_db()
    return flow
