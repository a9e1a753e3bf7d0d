"""Fixtures: a flow with a golden conversation, and HR."""

import pytest
from django.test import Client

from conversations import services
from conversations.models import Flow, GoldenConversation
from tests.conversations.support.flow_pages import staff
from tests.support import factories

INPUTS = (("start", ""), ("say", "欢迎加入"), ("say", "2"))


@pytest.fixture
def flow(db) -> Flow:
    flow = factories.make_flow(name="制作视频", command="/制作")
    services.publish(flow)
    flow.refresh_from_db()
    return flow


@pytest.fixture
def golden(flow) -> GoldenConversation:
    return services.record_golden(flow, "高清视频", INPUTS)


@pytest.fixture
def hr() -> Client:
    return staff("boss", superuser=True)
