"""No limit of a day is passed, however many ask at once, and an answer costs what the service counted."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.model_service import spending
from conversations.model_service.chat_model import ChatModel
from conversations.models import MemberModelUsage, ModelUsage
from tests.conversations.support import chat_server
from tests.conversations.support.chat_server import KEY, LOOPBACK, Reaction, error
from tests.support import factories

TURNS = [{"role": "user", "content": "年假有几天？"}]


@pytest.fixture
def server():
    with chat_server.running() as server:
        server.usual = lambda asked: Reaction(usage=(300, 20))
        yield server


@pytest.fixture
def member():
    return factories.make_member(factories.make_application())


def limited(settings, **limits) -> None:
    settings.CHAT_LIMITS = {**settings.CHAT_LIMITS, **limits}


def ask(server, member, **options):
    options = {"networks": LOOPBACK, "timeout": 5.0} | options
    model = ChatModel(base_url=server.url, model="qwen3", api_key=KEY, **options)
    return spending.complete(model, TURNS, corporation=member.corporation, member=member)


def used(model=ModelUsage) -> tuple[int, int, int, int]:
    row = model.objects.get()
    return row.questions, row.tokens_sent, row.tokens_answered, row.cost


@pytest.mark.django_db
@pytest.mark.databases
def test_an_answer_costs_what_the_service_counted(settings, server, member):
    limited(settings, PRICE_SENT=2.0, PRICE_ANSWERED=8.0)
    ask(server, member)
    assert used() == used(MemberModelUsage) == (1, 300, 20, 760)
    ask(server, member)
    assert used() == used(MemberModelUsage) == (2, 600, 40, 1520)


@pytest.mark.django_db
def test_a_service_that_counts_nothing_costs_the_most_it_may(server, member):
    server.usual = lambda asked: Reaction()
    ask(server, member, max_tokens=50)
    questions, sent, answered, _cost = used()
    assert (questions, answered) == (1, 50)
    assert sent > len(TURNS[0]["content"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"MEMBER_QUESTIONS": 1}, spending.MEMBER_LIMIT),
        ({"MEMBER_TOKENS": 1_000}, spending.MEMBER_LIMIT),
        ({"MEMBER_COST": 0.008, "PRICE_ANSWERED": 10.0}, spending.MEMBER_LIMIT),
        ({"COMPANY_QUESTIONS": 1}, spending.COMPANY_LIMIT),
        ({"COMPANY_TOKENS": 1_000}, spending.COMPANY_LIMIT),
        ({"COMPANY_COST": 0.008, "PRICE_ANSWERED": 10.0}, spending.COMPANY_LIMIT),
    ],
)
@pytest.mark.databases
def test_at_a_limit_the_service_is_not_asked(settings, server, member, limits, code):
    limited(settings, **limits)
    ask(server, member)
    with pytest.raises(ServiceRefused) as caught:
        ask(server, member)
    assert caught.value.code == code
    assert "OPENUSER_CHAT_" in caught.value.remedy
    assert len(server.asked) == 1
    assert used()[0] == used(MemberModelUsage)[0] == 1
    assert ModelUsage.objects.get().limited == 1


@pytest.mark.django_db
def test_the_next_day_begins_anew_and_others_have_their_own(settings, server, member):
    limited(settings, MEMBER_QUESTIONS=1)
    ask(server, member)
    MemberModelUsage.objects.update(day=timezone.localdate() - timedelta(days=1))
    ask(server, member)
    ask(server, factories.make_conversation(user_id="lisi").member)
    assert len(server.asked) == 3


@pytest.mark.django_db
def test_what_was_refused_costs_nothing_and_a_late_answer_what_was_sent(server, member):
    server.script = [error(401), Reaction(after=server.over)]
    with pytest.raises(ServiceRefused):
        ask(server, member)
    assert used() == used(MemberModelUsage) == (0, 0, 0, 0)
    with pytest.raises(ServiceBusy):
        ask(server, member, timeout=0.2)
    questions, sent, answered, _cost = used()
    assert (questions, answered) == (1, 0)
    assert sent > 0
    row = ModelUsage.objects.get()
    assert (row.failures, row.error) == (2, "timeout")
    assert row.error_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.databases
def test_many_at_once_do_not_pass_a_limit(settings, server, member):
    limited(settings, MEMBER_QUESTIONS=3)
    codes: list[str] = []

    def one() -> None:
        try:
            ask(server, member)
        except ServiceRefused as error:
            codes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [spending.MEMBER_LIMIT] * 5
    assert len(server.asked) == 3
    assert used() == used(MemberModelUsage) == (3, 900, 60, 0)
