"""The four bugs that people report of hand-offs elsewhere: each is a test here."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.models import Conversation, Errand, Session, Ticket
from tests.conversations.support.person import Person
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_the_bot_does_not_answer_what_is_written_to_a_person(person: Person, phone: Person, ticket: Ticket) -> None:
    """chatwoot/rasa-agent-bot-demo#12: the bot kept replying to everything."""
    for text in ("你好", "制作视频", "/status", "2", "取消", "火星上有几家公司"):
        assert person.says(text) == []
    assert len(phone.read()) == 6


def test_an_answer_that_was_on_its_way_waits_for_the_end(person: Person, phone: Person, ticket: Ticket) -> None:
    """fazer-ai/agents#433: an answer that was being made came in the middle of the person's."""
    conversation = Conversation.objects.get(member__user_id="zhangsan")
    errand = factories.make_errand(conversation)
    services.run_errand(errand.pk)
    errand.refresh_from_db()
    assert (errand.status, errand.reason) == (Errand.Status.QUEUED, Errand.Reason.HELD)
    assert person.read() == []
    phone.says("/done")
    errand.refresh_from_db()
    assert errand.due_at <= timezone.now() + timedelta(seconds=1)


def test_the_closing_text_is_said_once(person: Person, phone: Person, ticket: Ticket) -> None:
    """fazer-ai/agents#158: the closing text came twice, from the operator's side and from the bot's."""
    phone.says("/close")
    phone.says("/close")
    services.close_ticket(ticket)
    services.hand_back(ticket)
    services.follow_tickets(now=timezone.now() + timedelta(days=2))
    assert person.read() == ["王工已结束对话，现在由数字人继续为你服务。"]


def test_the_bot_speaks_again_after_the_return(person: Person, phone: Person, flow: object) -> None:
    """fazer-ai/agents#457: nothing marked the end, and the bot stayed silent."""
    person.says("制作视频")
    person.says("转人工")
    phone.read()
    phone.taps("take")
    phone.says("/done")
    assert person.read()[-2:] == ["王工已结束对话，现在由数字人继续为你服务。", "请发送视频文本。"]
    assert person.says("欢迎加入！") != []
    assert Session.objects.get().state == "ask_quality"
