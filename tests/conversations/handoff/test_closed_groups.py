"""Members who are passed on to a group that is not there: they read when it is, and its time to answer begins then."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone, translation

from conversations import services
from conversations.handoff.handoff_requests import ask_for_person, begin_message
from conversations.models import Conversation, OperatorGroup, Ticket
from conversations.tickets.opening import promise
from tests.support import factories

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2099, 1, 1, 12, tzinfo=timezone.get_default_timezone())  # a Thursday of a year that nobody knows
UNKNOWN = "2099 年的法定节假日安排尚未公布"
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


@pytest.fixture
def office(application) -> OperatorGroup:
    hours = {"opens_at": time(9), "closes_at": time(18)}
    return factories.make_operator_group(application, name="人事", days="working", **hours)


@pytest.mark.parametrize("hour", [12, 20])
def test_a_promise_says_that_its_days_are_not_announced_yet(office, hour):
    with translation.override("zh-hans"):
        words = promise(office, NEW_YEAR.replace(hour=hour))
        assert words.endswith(f"{UNKNOWN}，实际时间可能推迟。")
        assert UNKNOWN not in promise(office, datetime(2026, 11, 25, hour, tzinfo=NEW_YEAR.tzinfo))
        office.days = OperatorGroup.Days.ALL
        assert UNKNOWN not in promise(office, NEW_YEAR.replace(hour=hour))


def test_who_asks_while_nobody_is_there_reads_it_too(person, office):
    person.says("你好")
    evening, conversation = NEW_YEAR.replace(hour=20), Conversation.objects.get()
    with translation.override("zh-hans"):
        ask_for_person(conversation, cid="c", now=evening)
        assert UNKNOWN in str(conversation.messages().latest("pk").content.text)
        begin_message(conversation, "工资条", cid="d", now=evening)
        assert UNKNOWN in str(conversation.messages().latest("pk").content.text)


def test_the_due_moment_of_a_ticket_says_what_it_rests_on(ticket, office):
    ticket.group, ticket.due_at = office, NEW_YEAR.replace(hour=9, minute=10)
    assert "2099" in services.ticket_due_days_unknown(ticket)
    assert "manage.py working_days" in services.office_days_unknown([office], NEW_YEAR.date(), NEW_YEAR.date())
    ticket.due_at = datetime(2026, 11, 25, 9, 10, tzinfo=NEW_YEAR.tzinfo)
    assert services.ticket_due_days_unknown(ticket) == ""
