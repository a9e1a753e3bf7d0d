"""A turn of a conversation: what it asks of the database, since members wait for it, and all of them together."""

import pytest

from conversations import services
from conversations.models import Flow, State
from wecom.callbacks import processor

pytestmark = pytest.mark.django_db(transaction=True)  # else what is outermost here would have a savepoint
MOST = 20


def test_a_turn_of_a_flow_takes_twenty_statements(person, django_assert_max_num_queries):
    flow = Flow.objects.create(name="问卷", triggers="开始问卷")
    for number in range(3):
        key = f"q{number}"
        State.objects.create(flow=flow, position=number, key=key, name=key, text=f"问题 {number}？", slot=key)
    services.publish(flow)
    for words in ("开始问卷", "不错"):
        person.says(words)
    answer = person.writes("很好")
    with django_assert_max_num_queries(MOST):
        processor.handle(answer.pk)
    assert person.read() == ["问题 2？"]
