"""Fixtures: an application with a group of two operators, their phones, and a flow."""

import pytest

from conversations import services
from conversations.models import Flow, Operator, OperatorGroup, Ticket
from tests.conversations.support.person import Person
from tests.support import factories


@pytest.fixture
def operator(application) -> Operator:
    return factories.make_operator(application, "wanggong", name="王工")


@pytest.fixture
def colleague(application) -> Operator:
    return factories.make_operator(application, "ligong", name="李工")


@pytest.fixture
def group(application, operator, colleague) -> OperatorGroup:
    return factories.make_operator_group(application, operator, colleague, name="IT 支持")


@pytest.fixture
def phone(application, group) -> Person:
    """The operator's phone."""
    return Person(application, "wanggong")


@pytest.fixture
def other_phone(application, group) -> Person:
    return Person(application, "ligong")


@pytest.fixture
def flow(application) -> Flow:
    flow = factories.make_flow(name="制作视频", command="/制作", menu_key="MAKE_VIDEO")
    services.publish(flow)
    flow.refresh_from_db()
    return flow


@pytest.fixture
def ticket(person, phone, other_phone):
    """A ticket that an operator has taken on the phone."""
    person.says("转人工")
    phone.read()
    phone.taps("take")
    for one in (person, other_phone):
        one.read()
    return Ticket.objects.get()
