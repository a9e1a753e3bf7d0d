"""Members who are passed on to a group that is not there: they read when it is, and its time to answer begins then."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.models import Conversation, OperatorGroup, Ticket
from tests.support import factories

pytestmark = pytest.mark.django_db
PROMISE = "在此之前我不说话，你写的内容会转给对方。要回到我这里，请发送“/bot”。"


@pytest.fixture
def opening() -> datetime:
    """When the closed group is there again: in two hours, to the minute."""
    return (timezone.localtime() + timedelta(hours=2)).replace(second=0, microsecond=0)


@pytest.fixture
def closed(application, opening) -> OperatorGroup:
    until = (opening + timedelta(hours=1)).time()
    return factories.make_operator_group(application, name="人事", opens_at=opening.time(), closes_at=until)


def test_a_transfer_promises_when_the_group_is_there_again(person, ticket, closed, opening):
    services.transfer_ticket(ticket, closed)
    (said,) = person.read()
    assert said.startswith("“人事”现在没有人在，")
    assert f"{opening:%H:%M}" in said
    assert said.endswith(PROMISE)
    ticket.refresh_from_db()
    assert ticket.due_at == opening + timedelta(minutes=closed.answer_within)


def test_what_a_program_passes_on_promises_the_same(person, closed):
    person.says("你好")
    services.hand_off(Conversation.objects.get())
    assert person.read()[-1].startswith("“人事”现在没有人在，")


def test_who_waits_for_the_next_opening_is_not_forgotten(person, ticket, closed, settings):
    settings.CONVERSATIONS = settings.CONVERSATIONS | {"HANDOFF_SILENCE_HOURS": 1}
    services.transfer_ticket(ticket, closed)
    soon = timezone.now() + timedelta(minutes=90)
    services.follow_tickets(now=soon)
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.OPEN
    services.follow_tickets(now=soon + timedelta(hours=3))
    ticket.refresh_from_db()
    assert ticket.outcome == Ticket.Outcome.SILENCE
