"""What the tests of the desk begin with: an account that answers, a group, and a ticket that waits."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from conversations import services
from conversations.models import Flow, Operator, Ticket
from tests.support import factories


@pytest.fixture
def staff() -> User:
    """An account that answers."""
    user = User.objects.create_user("ops", first_name="六", last_name="赵", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_ticket", "answer_ticket"]))
    return user


@pytest.fixture
def operator(staff) -> Operator:
    """That account among the operators."""
    return factories.make_operator(None, member=None, user=staff, name="赵六")


@pytest.fixture
def desk(staff) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(staff)
    return client


@pytest.fixture
def group(application, operator):
    group = factories.make_operator_group(application, name="IT 支持")
    group.operators.add(operator)
    return group


@pytest.fixture
def flow(application) -> Flow:
    flow = factories.make_flow(name="制作视频")
    services.publish(flow)
    return flow


@pytest.fixture
def ticket(person, group) -> Ticket:
    person.says("转人工")
    person.says("打印机坏了")
    return Ticket.objects.get()
