"""What the page of the language model counts: days, members, money."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.model_service import report
from conversations.models import MemberModelUsage, ModelUsage
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return factories.make_application()


def limited(settings, **limits) -> None:
    settings.CHAT_LIMITS = {**settings.CHAT_LIMITS, **limits}


def today(days: int = 0):
    return timezone.localdate() - timedelta(days=days)


def used(application, name: str, days: int = 0, **fields) -> None:
    MemberModelUsage.objects.create(member=factories.make_member(application, name), day=today(days), **fields)


@pytest.mark.parametrize(
    ("user_id", "shown"),
    [("a", "a***"), ("ab", "a***"), ("abc", "a***c"), ("abcde", "a***e"), ("abcdef", "ab***f")],
)
def test_a_user_id_is_masked(user_id, shown):
    assert report.masked(user_id) == shown


@pytest.mark.parametrize(
    ("millionths", "words"),
    [(0, "¥0.00"), (1_000_000, "¥1.00"), (999_999, "¥1.0000"), (123_456, "¥0.1235"), (1_234_567_890, "¥1,234.57")],
)
def test_an_amount_is_as_exact_as_it_needs_to_be(settings, millionths, words):
    limited(settings, CURRENCY="¥")
    assert report.money(millionths) == words


@pytest.mark.parametrize(("sent", "answered", "known"), [(0, 0, False), (1, 0, True), (0, 1, True)])
def test_costs_are_known_with_one_price(settings, sent, answered, known):
    limited(settings, PRICE_SENT=sent, PRICE_ANSWERED=answered)
    assert report.has_prices() is known


def test_days_are_listed_from_today_on_with_those_without_a_question(application):
    for days, questions in ((0, 3), (2, 5), (3, 7)):
        ModelUsage.objects.create(
            corporation=application.corporation, day=today(days), questions=questions, tokens_sent=10, tokens_answered=4
        )
    ModelUsage.objects.create(corporation=factories.make_corporation(), day=today(), questions=4)
    days = report.days(3)
    assert [(day.day, day.questions) for day in days] == [(today(), 7), (today(1), 0), (today(2), 5)]
    assert (days[0].tokens, days[1].tokens) == (14, 0)


def test_who_asked_most_comes_first_and_ten_are_listed(application):
    for number in range(11):
        used(application, f"member{number:02}", questions=1, cost=number, tokens_sent=2, tokens_answered=3)
    used(application, "earlier", days=3, questions=9, cost=99)
    askers = report.top_askers(3)
    assert [asker.cost for asker in askers] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert (askers[0].masked, askers[0].tokens, askers[0].questions) == ("me***0", 5, 1)


@pytest.mark.parametrize(
    ("limits", "count"),
    [
        ({}, 0),
        ({"MEMBER_QUESTIONS": 5}, 1),
        ({"MEMBER_QUESTIONS": 6}, 0),
        ({"MEMBER_TOKENS": 30}, 1),
        ({"MEMBER_TOKENS": 31}, 0),
        ({"MEMBER_QUESTIONS": 5, "MEMBER_TOKENS": 30}, 2),
    ],
)
def test_members_at_a_limit_of_today_are_counted_once(settings, application, limits, count):
    limited(settings, **{"MEMBER_QUESTIONS": 0, "MEMBER_TOKENS": 0, "MEMBER_COST": 0, **limits})
    used(application, "questions", questions=5)
    used(application, "tokens", tokens_sent=10, tokens_answered=20)
    used(application, "earlier", days=1, questions=99, tokens_sent=99)
    assert report.members_at_limit() == count


def test_the_newest_error_is_told(application):
    assert report.last_error() is None
    for days in (1, 0, 2):
        ModelUsage.objects.create(
            corporation=application.corporation,
            day=today(days),
            error=f"e{days}",
            error_at=timezone.now() - timedelta(days=days),
        )
    assert report.last_error().error == "e0"
