"""Fixtures: a flow that makes a video, as people begin it."""

import pytest

from conversations import services
from conversations.models import Flow
from tests.support import factories


@pytest.fixture
def flow(application) -> Flow:
    flow = factories.make_flow(name="制作视频", command="/制作", menu_key="MAKE_VIDEO")
    services.publish(flow)
    flow.refresh_from_db()
    return flow
