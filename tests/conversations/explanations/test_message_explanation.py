"""Every message of the bot says why it was sent: the step of a flow, an answer, a person."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from conversations import services
from conversations.explanations.answer_explanation import explain_provider
from conversations.explanations.message_explanation import explain
from conversations.models import Message, Operator, Session
from conversations.services import conversation_with
from tests.support import factories
from tests.support.factories.conversations import change_steps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def last() -> Message:
    return Message.objects.filter(direction="out").latest("pk")


def told(message: Message, topic: str) -> list[str]:
    """The words of the lines of one topic."""
    return [line.words for line in explain(message).lines if line.topic == topic]


def test_a_question_names_its_step_and_who_published_it(person, flow):
    person.says("制作视频")
    found = explain(last())
    assert (found.by, found.state, found.version) == ("flow", "ask_text", flow.live)
    assert told(last(), "act") == ["The flow was started."]
    assert told(last(), "version") == ["制作视频 v1"]
    assert told(last(), "publisher")[0].startswith("by hr.lin on 2")


def test_an_answer_says_where_it_comes_from(person, flow):
    person.says("制作视频")
    person.says("欢迎加入")
    (words,) = told(last(), "slot")
    assert words.startswith("text = 欢迎加入 – typed at ")
    links = [line.link for line in explain(last()).lines if line.topic == "slot"]
    assert [link.pk for link in links] == [Message.objects.filter(content__text="欢迎加入").first().pk]


def test_a_tap_and_a_condition_that_did_not_hold_are_told(person, flow):
    person.says("制作视频")
    person.says("欢迎加入")
    person.taps("lipsync")
    typed, tapped = told(last(), "slot")
    assert "typed" in typed
    assert tapped.startswith("quality = 基础 (lipsync) – tapped at ")
    assert told(last(), "transition")


def test_data_at_the_start_is_told_as_such(person, flow):
    services.start_flow(conversation_with("zhangsan"), flow, data={"text": "你好"}, cid="c1")
    assert told(last(), "slot") == ["text = 你好 – given when the flow was started"]


def test_going_back_forgets_where_the_answer_came_from(person, flow):
    person.says("制作视频")
    person.says("欢迎加入")
    person.says("返回")
    assert told(last(), "slot") == []
    assert Session.objects.get().sources == {}


def test_a_reminder_names_its_step_and_timer(person, flow):
    change_steps(flow.states.filter(key="ask_quality"), remind_after=7)
    services.publish(flow)
    person.says("制作视频")
    person.says("欢迎加入")
    asked_at = Session.objects.get().asked_at
    services.remind_and_expire(now=asked_at + timedelta(minutes=8))
    reminder = last()
    assert told(reminder, "act") == ["No answer came: the reminder was due."]
    assert told(reminder, "state") == ["问清晰度"]
    at = timezone.localtime(asked_at).strftime("%m-%d %H:%M:%S")
    assert told(reminder, "timer") == [f"“问清晰度” reminds after 7 min without an answer – asked at {at}"]
    services.remind_and_expire(now=asked_at + timedelta(hours=2))
    assert told(last(), "timer") == ["“问清晰度” waits 60 min for an answer"]


def test_the_second_message_of_a_step_has_its_own_step(person, flow):
    person.says("制作视频")
    person.says("欢迎加入")
    person.says("2")
    states = [message.cause["state"] for message in Message.objects.filter(direction="out").order_by("pk")]
    assert states[-1] != states[-2]


def test_the_reasons_cost_no_statement(person, flow):
    person.says("制作视频")
    with CaptureQueriesContext(connection) as queries:
        person.says("欢迎加入")
    written = [query["sql"] for query in queries if '"cause"' in query["sql"] and query["sql"].startswith("INSERT")]
    assert len(written) == 2, "the member's message and the question, each with its cause"
    assert not [query["sql"] for query in queries if query["sql"].startswith('UPDATE "conversations_message"')]


def test_an_answer_of_the_table_names_wording_and_second_best(person):
    answer = factories.make_answer("怎么请假", "在审批里选请假。", other_wordings="如何申请休假")
    factories.make_answer("怎么请产假", "找人事。")
    person.says("怎么请假？")
    assert explain(last()).by == "answer"
    assert told(last(), "answer") == ["怎么请假"]
    assert told(last(), "how") == ["by the same words"]
    assert told(last(), "wording") == ["怎么请假"]
    assert told(last(), "score") == ["1.00, which counts from 0.62 on"]
    assert explain(last()).lines[0].link.pk == answer.pk


@pytest.mark.parametrize(
    ("cause", "summary"),
    [
        ({"sources": [{"title": "Handbook", "page": 2}]}, "The language model has answered from sources."),
        ({}, "The language model has answered."),
        ({"answered": False}, "The language model had no answer."),
        ({"provider": "Payroll"}, "“Payroll” has answered."),
    ],
)
def test_the_language_model_is_called_by_its_name(cause, summary):
    assert explain_provider(Message(), {"provider": "chat", **cause}).summary == summary


def test_commands_small_talk_and_misses_are_told(person):
    found = {}
    for text in ("/help", "你是机器人吗", "量子涨落是什么意思"):
        person.says(text)
        found[text] = Message.objects.filter(direction="out", cause__by__isnull=False).latest("pk").cause["by"]
    assert found == {"/help": "command", "你是机器人吗": "small_talk", "量子涨落是什么意思": "notice"}
    assert Message.objects.filter(cause__by="suggestions").exists()


def test_what_a_person_answered_names_them(person, application):
    operator = factories.make_operator(application, "wanggong", name="王工")
    factories.make_operator_group(application, operator, name="IT 支持")
    person.says("转人工")
    ticket = services.take_conversation(conversation_with("zhangsan"), operator)
    services.answer_ticket(ticket, operator, "马上来。")
    assert told(last(), "operator") == ["王工"]
    assert Operator.objects.get(pk=last().cause["operator"]) == operator


def test_an_old_message_says_that_nothing_was_recorded(person, flow):
    person.says("制作视频")
    Message.objects.update(cause={})
    assert explain(last()).by == ""
    assert "Not recorded" in explain(last()).summary


def test_a_message_of_a_schedule_keeps_its_words(person, flow):
    person.says("制作视频")
    Message.objects.update(cause={"by": "schedule", "schedule": 7, "run": 9, "name": "早安"})
    found = explain(last())
    assert (found.by, found.summary) == ("schedule", "The schedule “早安” was due.")
    assert [(line.topic, line.words, line.link) for line in found.lines] == [("schedule", "早安", None)]


def test_the_dialog_is_for_those_who_may_see_messages(person, flow):
    person.says("制作视频")
    url, client = reverse("admin:conversations_message_why", args=[last().pk]), Client()
    viewer = User.objects.create_user("viewer", is_staff=True)
    client.force_login(viewer)
    assert client.get(url).status_code == 403
    viewer.user_permissions.set(Permission.objects.filter(codename__in=["view_message", "read_conversation"]))
    page = client.get(url).content.decode()
    assert "制作视频 v1" in page
    assert reverse("admin:conversations_flowversion_change", args=[flow.live_id]) not in page


def test_the_page_of_a_message_draws_the_step(person, flow):
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    person.says("制作视频")
    page = client.get(reverse("admin:conversations_message_change", args=[last().pk])).content.decode()
    assert reverse("admin:conversations_flowversion_change", args=[flow.live_id]) in page
    assert 'class="state ask here"' in page
    received = Message.objects.filter(direction="in").latest("pk")
    assert (
        'data-testid="why"'
        not in client.get(reverse("admin:conversations_message_change", args=[received.pk])).content.decode()
    )


def test_words_of_members_are_escaped_in_the_reasons(person, flow):
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    person.says("制作视频")
    person.says("<img src=x onerror=a>")
    page = client.get(reverse("admin:conversations_message_why", args=[last().pk])).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=a&gt;" in page
