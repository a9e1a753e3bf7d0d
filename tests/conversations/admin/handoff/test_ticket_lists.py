"""The lists of the desk: which tickets each has, their order, and how times are told."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from conversations.admin.handoff import ticket_lists
from conversations.admin.handoff.ticket_lists import Choice
from conversations.admin.handoff.ticket_readers import Reader
from conversations.models import Ticket
from tests.support import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "under 1 min"),
        (0, "under 1 min"),
        (59, "under 1 min"),
        (60, "1 min"),
        (119, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (3600 * 24 - 1, "23 h 59 min"),
        (3600 * 24, "1 day"),
        (3600 * 48, "2 days"),
    ],
)
def test_a_span_is_told_in_its_largest_units(seconds, words):
    assert ticket_lists.duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"due": 5}, ("5 min left", "info")),
        ({"due": 2}, ("2 min left", "info")),
        ({"due": 1.9}, ("1 min left", "warn")),
        ({"due": 0}, ("under 1 min late", "bad")),
        ({"due": -7}, ("7 min late", "bad")),
        ({"due": None, "opened": 9}, ("9 min", "")),
        ({"due": 5, "status": "assigned", "answered": 3, "taken": 4, "opened": 9}, ("for 4 min", "good")),
        ({"due": 5, "status": "assigned", "answered": 3, "opened": 9}, ("for 9 min", "good")),
        ({"due": 5, "status": "assigned", "opened": 9}, ("5 min left", "info")),
        ({"due": 5, "status": "open", "answered": 3, "opened": 9}, ("5 min left", "info")),
    ],
)
def test_a_ticket_tells_how_long_is_left_or_how_late_it_is(fields, told):
    def ago(name: str):
        return NOW - timedelta(minutes=fields[name]) if name in fields else None

    due = fields["due"]
    row = Ticket(
        status=fields.get("status", "open"),
        opened_at=ago("opened") or NOW,
        taken_at=ago("taken"),
        answered_at=ago("answered"),
        due_at=None if due is None else NOW + timedelta(minutes=due),
    )
    assert ticket_lists.time_words(row, NOW) == told


@pytest.mark.parametrize(
    ("query", "name", "topic", "address"),
    [
        ({}, "mine", "", "list=mine"),
        ({"list": "all"}, "all", "", "list=all"),
        ({"list": "closed", "topic": "7"}, "closed", "7", "list=closed&topic=7"),
        ({"list": "gone", "topic": "x"}, "mine", "", "list=mine"),
    ],
)
def test_the_address_names_a_list_and_a_topic_that_there_are(query, name, topic, address):
    choice = Choice.of(query)
    assert (choice.name, choice.topic, choice.query) == (name, topic, address)


@pytest.fixture
def tickets():
    """One of each: mine, another's, unassigned, closed."""
    application = factories.make_application()
    me, other = (factories.make_operator(application, name) for name in ("wanggong", "ligong"))
    rows = {}
    for number, (name, fields) in enumerate(
        {
            "mine": {"status": "assigned", "operator": me},
            "other": {"status": "assigned", "operator": other},
            "waits": {"status": "open"},
            "late": {"status": "closed", "outcome": "solved", "closed_at": NOW},
            "earlier": {"status": "closed", "outcome": "solved", "closed_at": NOW - timedelta(hours=1)},
        }.items()
    ):
        row = factories.make_ticket(factories.make_conversation(application, name), **fields)
        Ticket.objects.filter(pk=row.pk).update(last_line_at=NOW - timedelta(minutes=number))
        rows[name] = row
    return me, rows


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("mine", ["mine"]),
        ("waiting", ["waits"]),
        ("all", ["waits", "other", "mine"]),  # whoever waits longest comes first
        ("closed", ["late", "earlier"]),
    ],
)
def test_each_list_has_its_tickets_in_its_order(tickets, admin_user, name, listed):
    me, rows = tickets
    shown = ticket_lists.rows_of(Choice(name=name), me, NOW, reader=Reader.of(admin_user, me))
    names = {row.pk: key for key, row in rows.items()}
    assert [names[row.ticket.pk] for row in shown] == listed


def test_lists_are_counted_and_closed_tickets_are_not(tickets):
    me, _rows = tickets
    counted = ticket_lists.counts(Choice(name="waiting"), me)
    assert {one["name"]: one["count"] for one in counted} == {"mine": 1, "waiting": 1, "all": 3, "closed": None}
    assert [one["name"] for one in counted if one["is_shown"]] == ["waiting"]
    counted = ticket_lists.counts(Choice(name="waiting"), None)
    assert counted[0]["count"] == 0


def test_a_topic_narrows_lists_and_counts(tickets):
    me, rows = tickets
    topic = factories.make_topic()
    Ticket.objects.filter(pk=rows["waits"].pk).update(topic=topic)
    counted = ticket_lists.counts(Choice(name="all", topic=str(topic.pk)), me)
    assert {one["name"]: one["count"] for one in counted} == {"mine": 0, "waiting": 1, "all": 1, "closed": None}
    assert list(ticket_lists.topics()) == [topic]
