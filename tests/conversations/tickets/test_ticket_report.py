"""The figures of the desk: which tickets count, their sums and averages, and the order of lines."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from conversations.tickets import ticket_report
from tests.support import factories

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 4).date()


def moment(hour: int, minute: int = 0, *, days: int = 0):
    return timezone.make_aware(datetime(2026, 3, 4, hour, minute)) + timedelta(days=days)


@pytest.fixture
def application():
    return factories.make_application()


@pytest.fixture
def make(application):
    def ticket(**fields):
        conversation = factories.make_conversation(application, f"m{len(made)}")
        made.append(factories.make_ticket(conversation, **{"opened_at": moment(9), **fields}))
        return made[-1]

    made: list = []
    return ticket


def total(since=DAY, until=DAY):
    return ticket_report.report(since, until).total


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (moment(0), True),
        (moment(23, 59), True),
        (moment(23, 59, days=-1), False),
        (moment(0, days=1), False),
    ],
)
def test_a_ticket_counts_on_the_days_by_the_clock_of_the_house(make, at, counts):
    make(opened_at=at)
    assert total().opened == int(counts)


def test_tickets_are_summed_and_their_times_are_means(make, application):
    operator = factories.make_operator(application)
    taken = {"operator": operator, "taken_at": moment(9, 10)}
    closed = {"status": "closed", "closed_at": moment(10)}
    make()
    make(status="assigned", **taken, late_at=moment(9, 5))
    make(**taken, **closed, outcome="solved", rating=5)
    make(**{**taken, "taken_at": moment(9, 30)}, **closed, outcome="left", rating=2)
    make(**closed, outcome="solved")
    figures = total()
    assert (figures.opened, figures.taken, figures.closed) == (5, 3, 3)
    assert (figures.solved, figures.late, figures.rated) == (2, 1, 2)
    assert figures.solved_percent == 67
    assert figures.waited == timedelta(minutes=50) / 3
    assert figures.handled == timedelta(minutes=40)
    assert figures.rating == 3.5


def test_nothing_has_no_means(make):
    make()
    figures = total()
    assert (figures.waited, figures.handled, figures.rating, figures.solved_percent) == (None, None, None, None)


def test_the_topic_with_most_tickets_comes_first_and_none_comes_last(make):
    first, second, third = (factories.make_topic(name) for name in ("甲", "乙", "丙"))
    for topic in (third, second, second, first, None):
        make(topic=topic)
    table = ticket_report.report(DAY, DAY).tables["topic"]
    assert [(line.name, line.opened) for line in table] == [("乙", 2), ("甲", 1), ("丙", 1), (None, 1)]


def test_no_topic_comes_first_where_it_has_most(make):
    topic = factories.make_topic("甲")
    for each in (topic, None, None):
        make(topic=each)
    assert [line.name for line in ticket_report.report(DAY, DAY).tables["topic"]] == [None, "甲"]
