"""No order of what members, operators and time do lets two speak at once, loses answers, or leaves no way out."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.models import Session, Ticket
from tests.conversations.support.person import Person

pytestmark = pytest.mark.django_db
STEPS = 14
GOES_BACK = ("/bot", "/human", "/留言")
MEMBER = ("你好", "制作视频", "欢迎加入！", "2", "返回", "取消", "人工", "/video 早安", *GOES_BACK)
OPERATOR = ("在的", "/done", "/close", "/release", "/note 备注", "take")


class Town:
    """A member, two operators, a desk and a clock."""

    def __init__(self, person: Person, phones: list[Person], dice: random.Random) -> None:
        self.person, self.phones, self.dice = person, phones, dice
        self.now = timezone.now()

    def step(self) -> None:
        self.dice.choice((self.member, self.member, self.operator, self.desk, self.time))()
        self.check()

    def member(self) -> None:
        text = self.dice.choice(MEMBER)
        silent, before = self.is_silent(), self.session()
        said = self.person.says(text)
        if silent and not text.startswith("/") and text != "人工":
            waits_for_message = any("谢谢" in words for words in said)
            assert said == [] or waits_for_message, (text, said)
            assert waits_for_message or self.session() == before

    def operator(self) -> None:
        phone, text = self.dice.choice(self.phones), self.dice.choice(OPERATOR)
        if text == "take":
            if phone._outbounds().filter(msgtype="template_card").exists():
                phone.taps("take")
        else:
            phone.says(text)

    def desk(self) -> None:
        ticket = Ticket.objects.unfinished().first()
        if ticket is not None:
            self.dice.choice((services.hand_back, services.close_ticket, services.mark_read))(ticket)

    def time(self) -> None:
        self.now += timedelta(minutes=self.dice.choice((1, 7, 70)))
        silent, before = self.is_silent(), self.session()
        services.remind_and_expire(now=self.now)
        assert not silent or self.session() == before
        services.follow_tickets(now=self.now)

    def check(self) -> None:
        assert Ticket.objects.unfinished().filter(conversation__member__user_id="zhangsan").count() <= 1
        assert Session.objects.active().filter(conversation__member__user_id="zhangsan").count() <= 1
        self.person.read()
        for phone in self.phones:
            phone.read()

    def is_silent(self) -> bool:
        return Ticket.objects.silencing().filter(conversation__member__user_id="zhangsan").exists()

    def session(self) -> object:
        rows = Session.objects.active().filter(conversation__member__user_id="zhangsan")
        return list(rows.values_list("pk", "state", "slots", "path"))


@pytest.mark.parametrize("seed", range(6))
def test_any_order_keeps_one_speaker_and_a_way_out(person, phone, other_phone, flow, seed):
    town = Town(person, [phone, other_phone], random.Random(seed))
    for _number in range(STEPS):
        town.step()
    person.says("/bot")
    person.says("取消")
    assert not town.is_silent()
    assert person.says("你好") == ["你好！今天想了解什么？"]
