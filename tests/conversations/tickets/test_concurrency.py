"""Two operators, or an operator and the member, act on one ticket at the same moment."""

import pytest

from conversations.models import Ticket
from tests.conversations.support.at_once import at_once
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.callbacks import processor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture
def phones(application) -> list[Person]:
    """Two operators whose cards lie before them."""
    operators = [factories.make_operator(application, name) for name in ("wanggong", "ligong")]
    factories.make_operator_group(application, *operators)
    return [Person(application, "wanggong"), Person(application, "ligong")]


def test_of_two_operators_who_take_it_at_once_one_has_it(person, phones):
    person.says("转人工")
    pressed = [phone.presses("take") for phone in phones]
    person.read()
    at_once(*(lambda callback=callback: processor.handle(callback.pk) for callback in pressed))
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.on_phone) == ("assigned", True)
    assert ticket.changes.filter(kind="taken").count() == 1
    assert len(person.read()) == 1  # who answers, once
    for callback in pressed:
        callback.refresh_from_db()
        assert callback.status == "done"


def test_both_sides_may_write_at_once(person, phones):
    person.says("转人工")
    phones[0].taps("take")
    person.read()
    phones[0].read()
    written = [person.writes("打印机坏了"), phones[0].writes("马上来"), person.writes("谢谢")]
    at_once(*(lambda callback=callback: processor.handle(callback.pk) for callback in written))
    for callback in written:  # one of a member waits for the one before it
        processor.handle(callback.pk)
    assert person.read() == ["马上来"]
    heard = phones[0].read()
    assert sorted(line.partition("：")[2] or line for line in heard) == sorted(["打印机坏了", "谢谢"])
    assert Ticket.objects.get().lines.count() == 3
