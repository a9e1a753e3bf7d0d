"""The page of a conversation: what was said, as the member saw it."""

import pytest

from conversations import services
from conversations.models import Conversation, Flow, State
from tests.conversations.support.flow_pages import staff, url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [3, 8])  # buttons, and boxes to tick
def test_a_card_is_shown_with_its_buttons(person, count):
    flow = Flow.objects.create(name="订餐", triggers="订餐")
    labels = [f"第{number}种" for number in range(count)]
    dish = {"slot": "dish", "slot_type": "choice", "choices": "\n".join(labels)}
    State.objects.create(flow=flow, key="ask", name="菜", text="吃什么？", position=1, **dish)
    State.objects.create(flow=flow, key="end", name="完", kind="end", text="好的。", position=2)
    services.publish(flow)
    person.says("订餐")
    page = staff("boss", superuser=True).get(url("conversation", "change", Conversation.objects.get().pk))
    thread = page.content.decode().partition('data-testid="thread"')[2]
    buttons = thread.partition('class="ou-card-choices"')[2].partition("</ul>")[0]
    assert all(label in buttons for label in labels)
