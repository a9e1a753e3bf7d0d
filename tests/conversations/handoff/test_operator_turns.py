"""Operators answer from their own phones: cards, lines in both directions, commands, and their own bot silent."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import translation

from conversations import services
from conversations.exceptions import HandoffRefused
from conversations.machine.commands import Place, commands_in
from conversations.models import Message, Session, Ticket, TicketCard, TicketChange, TicketLine
from conversations.wording import command_texts
from tests.conversations.support.person import Person
from wecom.callbacks import processor
from wecom.models import CardUpdate, Download, Outbound

pytestmark = pytest.mark.django_db


def delivered(card: TicketCard) -> None:
    """WeChat Work has accepted the card."""
    Outbound.objects.filter(pk=card.outbound_id).update(response_code=f"sent{card.pk}", status="done")


def fetched(download: Download) -> None:
    name = default_storage.save("inbound/picture.jpg", ContentFile(b"\xff\xd8\xff picture"))
    Download.objects.filter(pk=download.pk).update(status="done", path=name)
    services.pass_on_files(download)


def test_both_phones_have_every_line_once(person, phone, other_phone):
    person.says("你好")
    person.says("转人工")
    person.says("打印机坏了")
    phone.read()
    (briefing,) = phone.taps("take")
    assert briefing.startswith("你正在接待zhangsan")
    assert briefing.endswith("zhangsan：打印机坏了")
    assert person.read() == ["现在由王工回复你。要回到我这里，请发送“/bot”。"]
    assert phone.says("哪一台？") == []
    assert person.read() == ["哪一台？"]
    assert person.says("三楼的") == []
    assert phone.read() == ["zhangsan：三楼的"]
    assert other_phone.read() == ["zhangsan需要人工 | 我来接待 | 不接"]
    ticket = Ticket.objects.get()
    assert ticket.lines.count() == 3
    assert ticket.answered_at is not None


def test_the_cards_of_the_others_say_who_has_taken_it(person, phone, other_phone):
    person.says("转人工")
    for card in TicketCard.objects.all():
        delivered(card)
    phone.taps("take")
    shown = dict(CardUpdate.objects.values_list("user_id", "text"))
    assert shown == {"wanggong": "你正在接待", "ligong": "王工 已接待"}


def test_a_card_that_was_not_sent_yet_is_taken_back(person, phone, other_phone):
    person.says("转人工")
    phone.taps("take")
    left = TicketCard.objects.get(operator__name="李工")
    assert (left.outbound.status, left.closed_at is None) == (Outbound.Status.CANCELLED, False)


def test_a_card_that_arrives_late_is_closed_then(person, phone, other_phone):
    person.says("转人工")
    card = TicketCard.objects.get(operator__name="李工")
    Outbound.objects.filter(pk=card.outbound_id).update(first_attempt_at="2026-01-01T00:00Z")
    phone.taps("take")
    assert not CardUpdate.objects.filter(user_id="ligong").exists()
    delivered(card)
    services.follow_card(Outbound.objects.get(pk=card.outbound_id))
    assert CardUpdate.objects.get(user_id="ligong").text == "王工 已接待"


def test_of_two_who_take_it_one_reads_who_has_it(person, phone, other_phone):
    person.says("转人工")
    first, second = phone.presses("take"), other_phone.presses("take")
    for callback in (first, second):
        processor.handle(callback.pk)
    assert other_phone.read()[-1] == "王工 正在接待。可以在接待台接管。"
    assert Ticket.objects.get().operator.name == "王工"
    assert CardUpdate.objects.filter(user_id="ligong").latest("pk").text == "王工 已接待"


def test_an_operator_who_declines_leaves_it_to_the_others(person, phone, other_phone):
    person.says("转人工")
    assert phone.read()
    assert phone.taps("decline") == []
    assert CardUpdate.objects.get(user_id="wanggong").text == "你没有接待"
    other_phone.taps("take")
    assert Ticket.objects.get().operator.name == "李工"


def test_the_operators_own_bot_is_silent_meanwhile(person, phone, ticket, flow):
    assert phone.says("你好") == []
    assert phone.says("制作视频") == []
    assert phone.does("enter_agent") == []
    assert not Session.objects.exists()
    phone.says("/done")
    assert phone.says("你好") == ["你好！今天想了解什么？"]


@pytest.mark.parametrize(
    ("command", "outcome", "told"),
    [
        ("/done", Ticket.Outcome.HANDED_BACK, "zhangsan已交还给数字人。"),
        ("／交还", Ticket.Outcome.HANDED_BACK, "zhangsan已交还给数字人。"),
        ("/CLOSE", Ticket.Outcome.SOLVED, "已结束：zhangsan已交还给数字人。"),
    ],
)
def test_a_command_ends_it_with_one_closing_text(person, phone, ticket, command, outcome, told):
    assert phone.says(command) == [told]
    assert person.read() == ["王工已结束对话，现在由数字人继续为你服务。"]
    assert Ticket.objects.get().outcome == outcome
    assert not services.hand_back(ticket)
    assert not services.close_ticket(ticket)
    assert (person.read(), phone.read()) == ([], [])


def test_an_operator_puts_it_back_for_the_others(person, phone, other_phone, ticket):
    (told,) = phone.says("/release")[:1]
    assert told == "已放回：其他接待人员可以接待zhangsan了。"
    assert Ticket.objects.get().status == Ticket.Status.OPEN
    assert other_phone.read() == ["zhangsan需要人工 | 我来接待 | 不接"]
    other_phone.taps("take")
    assert person.read() == ["现在由李工回复你。要回到我这里，请发送“/bot”。"]


def test_a_note_stays_among_operators(person, phone, ticket):
    assert phone.says("/note 换过墨盒了") == ["已备注。"]
    assert person.read() == []
    assert TicketChange.objects.filter(kind="note").get().text == "换过墨盒了"
    assert phone.says("/note\n纸也换了") == ["已备注。"]
    (unknown,) = phone.says("/nonsense")
    assert unknown.startswith("没有这个命令，内容没有转给对方。可以发送：\n/done（/交还）：交还给数字人\n")
    assert person.read() == []


@pytest.mark.parametrize("name", [name for command in commands_in(Place.OPERATOR) for name in command.names])
def test_every_name_of_a_command_is_understood(person, phone, ticket, name):
    said = phone.says(name)
    assert said != []
    assert not any(words.startswith("没有这个命令") for words in said)
    assert not any(name in words for words in person.read())


def test_the_operator_reads_every_command(phone, ticket):
    (text,) = phone.says("/help")
    with translation.override("zh-hans"):
        assert text.splitlines()[1:] == command_texts.lines(commands_in(Place.OPERATOR))


def test_pictures_go_to_the_other_phone_when_they_are_fetched(person, phone, ticket):
    person.sends("image", "M1")
    phone.sends("image", "M2")
    assert (person.read(), phone.read()) == ([], [])
    for message in Message.objects.exclude(download=None):
        fetched(message.download)
        fetched(message.download)
    assert (person.read(), phone.read()) == (["image"], ["image"])
    assert services.follow_tickets() == 0


def test_the_sweeper_passes_on_what_a_dead_process_left(person, phone, ticket):
    person.sends("image", "M1")
    download = Message.objects.exclude(download=None).get().download
    name = default_storage.save("inbound/picture.jpg", ContentFile(b"\xff\xd8\xff picture"))
    Download.objects.filter(pk=download.pk).update(status="done", path=name)
    assert services.follow_tickets() == 1
    assert phone.read() == ["image"]


def test_a_file_that_is_lost_is_said_to_the_operator(person, phone, ticket):
    phone.sends("image", "M2")
    download = Message.objects.exclude(download=None).get().download
    Download.objects.filter(pk=download.pk).update(status="failed", reason="expired")
    services.pass_on_files(download)
    assert phone.read() == ["你的文件没能转给对方，请再发一次。"]
    assert person.read() == []
    assert not TicketLine.objects.filter(message=None).exists()


def test_a_location_is_not_passed_on(person, phone, ticket):
    assert phone.sends("location") == ["这条没有转给对方（其他）：只能转文字、图片、语音和视频。"]
    assert person.read() == []


def test_one_phone_answers_one_member_at_a_time(application, person, phone, other_phone, ticket):
    second = Person(application, "lisi")
    second.says("转人工")
    assert phone.taps("take")[-1] == "你正在接待另一位成员。请先发送“/done”或“/close”，再来接待。"
    assert Ticket.objects.latest("pk").operator_id != ticket.operator_id
    other_phone.taps("take")
    assert Ticket.objects.order_by("pk").last().operator.name == "李工"


def test_operators_cannot_take_their_own_question(phone, other_phone, group):
    phone.says("转人工")
    assert other_phone.read() == ["wanggong需要人工 | 我来接待 | 不接"]
    assert not TicketCard.objects.filter(operator__name="王工").exists()
    own = Ticket.objects.get()
    with pytest.raises(HandoffRefused):
        services.take_ticket(own, group.operators.get(name="王工"))


def test_without_cards_a_number_takes_it(application, person, phone):
    application.desk.progress_cards = False
    application.desk.save()
    person.says("转人工")
    number = Ticket.objects.get().pk
    assert phone.read()[-1].endswith(f"发送“/take {number}”来接待。")
    assert phone.says(f"/take {number}")[-1].startswith("你正在接待zhangsan")
    assert phone.says("在") == []
    assert person.read()[-1] == "在"


def test_a_line_after_a_take_over_is_not_passed_on(person, phone, ticket, colleague):
    late = phone.writes("还在吗？")
    services.take_ticket(ticket, colleague, take_over=True)
    assert phone.read() == ["现在由李工接待zhangsan，你在这里发送的内容不再转给对方。"]
    assert person.read() == ["从现在起由李工回复你。"]
    processor.handle(late.pk)
    assert person.read() == []


def test_satisfaction_is_asked_once_and_kept(person, phone, ticket):
    phone.says("已经修好了")
    phone.says("/close")
    assert person.read()[-1] == "你对这次服务满意吗？ | 非常满意 | 满意 | 一般 | 不满意 | 非常不满意"
    person.taps("4")
    person.taps("1")
    assert Ticket.objects.get().rating == 4
    assert TicketChange.objects.filter(kind="rated").count() == 1
    assert CardUpdate.objects.latest("pk").text == "谢谢：满意"


def test_english_operators_read_english(application, person, phone):
    member = person.application.corporation.members.get(user_id="wanggong")
    member.language = "en"
    member.save()
    person.says("转人工")
    assert phone.read() == ["zhangsan needs a person | Take it | Not me"]
