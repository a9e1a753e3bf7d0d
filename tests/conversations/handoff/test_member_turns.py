"""A member is passed on to people: by words, after misses; the bot is silent, and comes back once."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.machine.commands import NAMED, Place, commands_in
from conversations.models import Conversation, OperatorGroup, Session, Ticket, TicketLine
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.bot import bot
from wecom.callbacks.router import router
from wecom.models import CardUpdate

pytestmark = pytest.mark.django_db

PASSED_ON = (
    "“IT 支持”的同事会在这里回复你，一般在 5 分钟内。在此之前我不说话，你写的内容会转给对方。"
    "要回到我这里，请发送“/bot”。"
)
BACK = "我回来了，现在由数字人继续为你服务。"


@pytest.mark.parametrize("words", ["人工", "转人工", "/human", "human"])
def test_words_pass_a_member_on_to_people(person, phone, words):
    person.says("你好")
    (said,) = person.says(words)
    assert said.startswith("“IT 支持”的同事") or said.startswith("A person of “IT 支持”")
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.reason) == (Ticket.Status.OPEN, Ticket.Reason.ASKED)
    assert "你好" in ticket.summary
    assert phone.read() == ["zhangsan需要人工 | 我来接待 | 不接"]


@pytest.fixture
def pay(application):
    """A topic with an answer about it, and a group that answers it."""
    topic = factories.make_topic("薪酬")
    factories.make_answer("工资哪天发", "每月十号。", topic=topic)
    factories.make_operator_group(
        application, factories.make_operator(application, "hr"), name="薪酬组", topics=[topic]
    )
    return topic


def test_a_person_asked_for_after_an_answer_knows_its_topic(person, phone, pay):
    person.says("工资哪天发")
    (said,) = person.says("转人工")
    assert said.startswith("“薪酬组”的同事")
    assert Ticket.objects.get().topic == pay


@pytest.mark.parametrize("words", ["你好", "火星上有水吗"])
def test_after_anything_else_was_said_no_topic_is_guessed(person, phone, pay, words):
    person.says("工资哪天发")
    person.says(words)
    person.says("转人工")
    assert Ticket.objects.get().topic is None


def test_a_message_left_outside_office_hours_keeps_the_topic(person, phone, pay):
    OperatorGroup.objects.filter(topics=pay).update(closes_at=time(0, 1))
    person.says("工资哪天发")
    assert "留言" in person.says("转人工")[0]
    person.taps("message")
    assert (Ticket.objects.get().topic, Ticket.objects.get().group.name) == (pay, "薪酬组")


def test_without_operators_the_desk_says_whom_to_turn_to(person):
    (said,) = person.says("转人工")
    assert "人事" in said
    assert not Ticket.objects.exists()


def test_the_bot_is_silent_while_a_member_waits(person, phone, flow):
    assert person.says("转人工") == [PASSED_ON]
    assert person.says("你好") == []
    assert person.says("制作视频") == []
    assert person.sends("image") == []
    assert person.does("enter_agent") == []
    assert not Session.objects.exists()
    assert TicketLine.objects.filter(operator=None).count() == 3


def test_a_second_wish_opens_no_second_ticket(person, phone):
    person.says("转人工")
    assert person.says("人工") == ["你已经转给“IT 支持”了，会有同事在这里回复你。"]
    assert Ticket.objects.count() == 1


def test_a_member_who_waits_reads_how_many_are_before(application, person, phone):
    Person(application, "lisi").says("转人工")
    person.says("转人工")
    assert person.says("/human") == ["你已经转给“IT 支持”了，会有同事在这里回复你。\n你前面还有 1 人。"]


def test_a_member_goes_back_to_the_bot(person, phone):
    person.says("转人工")
    assert person.says("/bot") == [BACK]
    assert Ticket.objects.get().outcome == Ticket.Outcome.LEFT
    assert person.says("你好") == ["你好！今天想了解什么？"]


def test_the_session_goes_on_with_the_same_question_and_answers(person, phone, flow):
    person.says("制作视频")
    person.says("欢迎加入！")
    before = Session.objects.get()
    assert person.says("转人工") == [PASSED_ON]
    assert person.says("2") == []
    assert person.says("/bot") == [BACK, "“欢迎加入！”要多清晰？ | 1. 基础 | 2. 增强 | 3. 高清"]
    after = Session.objects.get()
    assert (after.state, after.slots, after.path) == (before.state, before.slots, before.path)
    assert "欢迎加入！" in Ticket.objects.get().summary
    assert person.says("2")[-1] == "做好就发给你。"


def test_a_button_of_a_paused_question_does_nothing(person, phone, flow):
    person.says("制作视频")
    person.says("欢迎加入！")
    task_id = Session.objects.get().task_id
    person.says("转人工")
    assert person.taps("lipsync", task_id) == []
    assert CardUpdate.objects.latest("pk").text == "已暂停：人工回复中"
    assert Session.objects.get().state == "ask_quality"


def test_a_session_is_neither_reminded_nor_expired_meanwhile(person, phone, flow):
    person.says("制作视频")
    person.says("转人工")
    later = timezone.now() + timedelta(hours=3)
    assert services.remind_and_expire(now=later) == 0
    assert person.read() == []
    assert Session.objects.get().is_active


def test_a_menu_button_says_who_answers(person, ticket, flow):
    assert person.does("click", "MAKE_VIDEO") == ["王工正在这里回复你。要回到我这里，请发送“/bot”。"]
    assert not Session.objects.exists()


def test_a_second_miss_offers_a_person(person, phone):
    person.says("火星上有多少家分公司")
    assert person.says("木星上又有多少家分公司")[-1] == "这个我帮不上忙。要转人工吗？ | 转人工"
    assert person.taps("person") == [PASSED_ON]
    assert Ticket.objects.get().reason == Ticket.Reason.MISSES


def test_code_handlers_are_silent_but_for_those_that_always_run(person, phone):
    with router.temporary():
        heard = []
        bot.on_message("text")(lambda message: heard.append("plain") or "代码")
        bot.on_message("text", always=True)(lambda message: heard.append("always"))
        assert person.says("你好") == ["代码"]
        heard.clear()
        services.hand_off(conversation_of(person))
        person.read()
        assert person.says("你好") == []
        assert heard == ["always"]


def test_a_broadcast_waits_for_the_end(application, person, phone):
    person.says("转人工")
    member = conversation_of(person).member_id
    assert services.in_dialogue(application, [member], since=timezone.now()) == {member}
    person.says("/bot")
    assert services.in_dialogue(application, [member], since=timezone.now()) == set()


def test_outside_office_hours_a_message_can_be_left(person, phone, group):
    now = timezone.localtime()
    group.opens_at, group.closes_at = (now + timedelta(hours=2)).time(), (now + timedelta(hours=3)).time()
    group.save()
    first, *_ = person.says("转人工")
    assert first.startswith("“IT 支持”现在没有人在，")
    assert first.endswith("回来。 | 留言")
    assert not Ticket.objects.exists()
    assert person.taps("message") == ["请现在写下留言，一条文字或一张图片。不想留言，请发送“/bot”。"]
    (said,) = person.says("打印机坏了")
    assert said.startswith("谢谢。“IT 支持”会在")
    assert phone.read() == ["zhangsan需要人工 | 我来接待 | 不接"]
    # The digital human is there until a person answers.
    assert person.says("你好") == ["你好！今天想了解什么？"]
    phone.taps("take")
    assert person.read() == ["现在由王工回复你。要回到我这里，请发送“/bot”。"]
    assert person.says("你好") == []


@pytest.mark.parametrize("name", [name for command in commands_in(Place.HANDOFF) for name in command.names])
def test_every_name_of_a_command_is_understood_during_a_hand_off(person, phone, name):
    person.says("转人工")
    assert person.says(name) != []
    assert not TicketLine.objects.exists()


def test_the_text_of_a_command_may_stand_on_the_next_line(person, phone):
    person.says("转人工")
    assert person.says("/留言\n打印机坏了")[0].startswith("谢谢。“IT 支持”会看到你的留言")
    assert Ticket.objects.get().wait == Ticket.Wait.LATER


@pytest.mark.parametrize("name", [name for name in NAMED if name not in ("/bot", "/机器人", "/human", "/人工")])
def test_other_names_are_passed_on_to_who_answers(person, phone, name):
    person.says("转人工")
    phone.taps("take")
    person.read()
    assert person.says(name) == []
    assert phone.read() == [f"zhangsan：{name}"]


def test_a_message_is_left_with_one_command(person, phone):
    (said,) = person.says("/留言 打印机坏了")
    assert said.startswith("谢谢。“IT 支持”会看到你的留言")
    ticket = Ticket.objects.get()
    assert (ticket.wait, ticket.reason) == (Ticket.Wait.LATER, Ticket.Reason.MESSAGE)
    assert ticket.lines.count() == 1


def test_a_late_answer_is_said_once_with_a_choice(person, phone):
    person.says("转人工")
    later = timezone.now() + timedelta(minutes=6)
    assert services.follow_tickets(now=later) == 1
    assert services.follow_tickets(now=later + timedelta(minutes=6)) == 0
    assert person.read() == ["抱歉，“IT 支持”还没有人回复。你想怎么做？ | 继续等待 | 留言 | 回到数字人"]
    assert person.taps("wait") == ["好的。一有人接待，你会在这里看到。"]
    assert person.taps("bot") == [BACK]
    assert person.taps("bot") == []


def test_a_late_answer_is_said_in_english_too(person, phone):
    person.says("I want to speak to a human")
    person.says("human")
    person.read()
    assert services.follow_tickets(now=timezone.now() + timedelta(minutes=6)) == 1
    (said,) = person.read()
    assert said.startswith("Sorry, nobody of “IT 支持” has answered yet.")
    assert said.endswith("Keep waiting | Leave a message | To the digital human")


def test_a_forgotten_ticket_is_handed_back(person, ticket):
    assert services.follow_tickets(now=timezone.now() + timedelta(hours=25)) == 1
    ticket.refresh_from_db()
    assert ticket.outcome == Ticket.Outcome.SILENCE
    assert person.read() == [BACK]


def test_a_member_who_leaves_closes_the_ticket(person, ticket):
    person.does("unsubscribe")
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.CLOSED


def conversation_of(person):
    return Conversation.objects.get(member__user_id=person.user_id)
