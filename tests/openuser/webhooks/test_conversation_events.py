"""What members do in conversations is announced to other systems, without a word of it."""

import json

import pytest

from conversations import services
from conversations.models import Session
from openuser.models import WebhookDelivery, WebhookEndpoint
from tests.conversations.support.person import Person
from tests.support import factories

pytestmark = pytest.mark.django_db
WORDS = "孤舟蓑笠翁"


@pytest.fixture
def person() -> Person:
    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    WebhookEndpoint.objects.create(name="OA", url="https://oa.example.com", events=WebhookEndpoint.Event.values)
    return Person(application)


def told(event: str) -> list[dict]:
    rows = WebhookDelivery.objects.filter(event=event).order_by("pk")
    return [json.loads(row.payload)["data"] for row in rows]


def test_a_message_is_told_once_and_without_its_words(person):
    person.says(WORDS)
    (one,) = told("message.received")
    assert (one["user_id"], one["kind"]) == ("zhangsan", "text")
    assert WORDS not in str(one)


def test_the_end_of_a_flow_is_told_with_how_it_ended(person):
    flow = factories.make_flow(name="制作视频")
    services.publish(flow)
    person.says("制作视频")
    person.says(WORDS)
    assert told("session.finished") == []
    person.says("取消")
    (one,) = told("session.finished")
    assert (one["flow"], one["version"], one["status"], one["state"]) == (flow.pk, 1, "cancelled", "ask_quality")
    assert WORDS not in str(one)


def test_a_flow_that_is_stopped_or_interrupted_is_told_too(person):
    first, second = (factories.make_flow(name=name, triggers=name) for name in ("一", "二"))
    talk = services.conversation_with("zhangsan", application=person.application)
    for flow in (first, second):
        services.publish(flow)
        flow.refresh_from_db()
        services.start_flow(talk, flow, cid="")
    services.stop_session(Session.objects.active().get())
    assert [(one["flow"], one["status"]) for one in told("session.finished")] == [
        (first.pk, "interrupted"),
        (second.pk, "stopped"),
    ]


def test_an_unanswered_question_and_a_ticket_are_told(person):
    factories.make_operator_group(person.application, factories.make_operator(person.application))
    person.says("海王星有几颗卫星？")
    assert [one["is_new"] for one in told("question.unanswered")] == [True]
    person.says("人工")
    assert [one["status"] for one in told("ticket.opened")] == ["open"]
