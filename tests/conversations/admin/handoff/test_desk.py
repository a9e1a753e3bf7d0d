"""The desk: lists with unread lines, answers of each kind, notes, assign, transfer, take over, and who looks on."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations import services
from conversations.models import CannedAnswer, Conversation, Flow, Operator, Ticket, TicketChange
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.models import Upload
from wecom.services import erase_person

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
PICTURE = b"\x89PNG\r\n\x1a\n picture"


@pytest.fixture
def staff() -> User:
    """An account that answers."""
    user = User.objects.create_user("ops", first_name="六", last_name="赵", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_ticket", "answer_ticket"]))
    return user


@pytest.fixture
def desk(staff) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(staff)
    return client


@pytest.fixture
def group(application):
    return factories.make_operator_group(application, name="IT 支持")


@pytest.fixture
def flow(application) -> Flow:
    flow = factories.make_flow(name="制作视频")
    services.publish(flow)
    return flow


@pytest.fixture
def ticket(person, group) -> Ticket:
    person.says("转人工")
    person.says("打印机坏了")
    return Ticket.objects.get()


def act(desk: Client, ticket: Ticket, name: str, **more: object) -> str:
    """Press a button; the page's words."""
    answer = desk.post(reverse("desk-act", args=[ticket.pk]), {"act": name, **more}, follow=True)
    return answer.content.decode()


def say(desk: Client, ticket: Ticket, text: str = "", **more: object) -> dict[str, object]:
    answer = desk.post(reverse("desk-say", args=[ticket.pk]), {"text": text, **more}, headers=JSON)
    return dict(answer.json())


def page(desk: Client, address: str) -> str:
    return desk.get(address).content.decode()


def test_a_ticket_is_unread_until_an_operator_looks(desk, ticket):
    waiting = reverse("desk") + "?list=waiting"
    assert "1 条新消息" in page(desk, waiting)
    assert "打印机坏了" in page(desk, reverse("desk-ticket", args=[ticket.pk]))
    assert "1 条新消息" not in page(desk, waiting)


def test_lists_tell_mine_from_what_waits(desk, ticket, application):
    assert "你现在没有接待任何人" in page(desk, reverse("desk"))
    act(desk, ticket, "take")
    assert "zhangsan" in page(desk, reverse("desk"))
    assert "没有人在等待。" in page(desk, reverse("desk") + "?list=waiting")
    act(desk, ticket, "close")
    assert "zhangsan" in page(desk, reverse("desk") + "?list=closed")


def test_a_list_holds_the_tickets_of_one_topic(desk, ticket, application, group):
    topic = factories.make_topic("网络")
    other = Person(application, "lisi")
    other.says("你好")
    services.hand_off(Conversation.objects.get(member__user_id="lisi"), topic=topic)
    shown = page(desk, reverse("desk") + f"?list=all&topic={topic.pk}")
    assert "lisi" in shown
    assert "zhangsan" not in shown


def test_the_first_answer_takes_the_ticket(desk, person, ticket):
    assert say(desk, ticket, "我来看看。") == {"said": True}
    assert person.read() == ["现在由赵六回复你。要回到我这里，请发送“/bot”。", "我来看看。"]
    ticket.refresh_from_db()
    assert ticket.operator == Operator.objects.get(user__username="ops")
    assert ticket.answered_at is not None


def test_a_file_and_a_video_are_sent(desk, person, ticket):
    say(desk, ticket, file=SimpleUploadedFile("图.png", PICTURE, "image/png"))
    say(desk, ticket, "看这里", file=SimpleUploadedFile("a.pdf", b"%PDF-1.4 words", "application/pdf"))
    say(desk, ticket, "请看这段视频。", **{"as": "video"})
    assert person.read()[1:] == ["image", "file", "看这里"]
    assert ticket.lines.latest("pk").message.render is not None


def test_sent_pictures_and_files_are_shown(desk, ticket):
    say(desk, ticket, file=SimpleUploadedFile("wiring.png", PICTURE, "image/png"))
    say(desk, ticket, file=SimpleUploadedFile("guide.pdf", b"%PDF-1.4 words", "application/pdf"))
    shown = page(desk, reverse("desk-ticket", args=[ticket.pk]))
    assert re.search(r'<img class="ou-received" src="/media/desk/[0-9a-f]{32}\.png" alt="wiring.png"', shown)
    assert re.search(r'href="/media/desk/[0-9a-f]{32}\.pdf"', shown)
    assert "guide.pdf" in shown


def test_two_files_of_one_name_are_called_alike(desk, ticket):
    for words in (b"%PDF-1.4 first", b"%PDF-1.4 second"):
        say(desk, ticket, file=SimpleUploadedFile("guide.pdf", words, "application/pdf"))
    lines = ticket.lines.filter(operator__isnull=False)
    assert [line.message.outbound.upload.filename for line in lines] == ["guide.pdf", "guide.pdf"]


def test_the_same_file_is_kept_once_and_erased_with_the_member(
    desk, ticket, settings, django_capture_on_commit_callbacks
):
    for _ in range(2):
        say(desk, ticket, file=SimpleUploadedFile("guide.pdf", b"%PDF-1.4 words", "application/pdf"))
    folder = Path(settings.MEDIA_ROOT)
    assert len(list(folder.glob("desk/*"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(ticket.conversation.member, by="hr")
    assert list(folder.glob("desk/*")) == []


def test_a_file_that_is_sent_again_days_later_is_kept_once(desk, ticket, settings, django_capture_on_commit_callbacks):
    file = SimpleUploadedFile("guide.pdf", b"%PDF-1.4 words", "application/pdf")
    say(desk, ticket, file=file)
    Upload.objects.update(status=Upload.Status.DONE, media_id="M1", expires_at=timezone.now() - timedelta(hours=1))
    file.seek(0)
    with django_capture_on_commit_callbacks(execute=True):
        say(desk, ticket, file=file)
    (kept,) = Path(settings.MEDIA_ROOT).glob("desk/*")
    assert set(Upload.objects.values_list("path", flat=True)) == {f"desk/{kept.name}"}


def test_a_file_that_is_too_large_is_refused_with_a_remedy(desk, person, ticket):
    file = SimpleUploadedFile("a.pdf", b"x" * (20 * 1024 * 1024 + 1), "application/pdf")
    assert say(desk, ticket, file=file) == {"error": "文件超过 20 MB。请发送小一些的文件，或者发链接。"}
    assert person.read() == []


def test_a_picture_that_would_be_refused_goes_as_a_file(desk, person, ticket):
    say(desk, ticket, file=SimpleUploadedFile("扫描.jpg", b"GIF89a no jpg", "image/jpeg"))
    say(desk, ticket, file=SimpleUploadedFile("大图.png", PICTURE + bytes(10 * 1024 * 1024), "image/png"))
    assert person.read()[1:] == ["file", "file"]


def test_an_empty_file_is_refused_with_a_remedy(desk, person, ticket):
    assert say(desk, ticket, file=SimpleUploadedFile("a.pdf", b"")) == {"error": "文件为空。请选择其他文件。"}
    words = "企业微信不接收小于 6 字节的文件。请选择其他文件。"
    assert say(desk, ticket, file=SimpleUploadedFile("a.txt", b"12345")) == {"error": words}
    assert person.read() == []


def test_a_long_name_of_a_file_keeps_its_beginning_and_its_kind(desk, ticket):
    say(desk, ticket, file=SimpleUploadedFile(f"员工手册{'长' * 90}.pdf", b"%PDF-1.4 words"))
    name = ticket.lines.get(operator__isnull=False).message.outbound.upload.filename
    assert name.startswith("员工手册长")
    assert name.endswith("长.pdf")
    assert len(name) == 80


def test_a_file_that_is_not_sent_is_not_kept(desk, person, ticket, settings):
    services.close_ticket(ticket)
    person.read()
    assert "error" in say(desk, ticket, file=SimpleUploadedFile("a.pdf", b"%PDF-1.4 words", "application/pdf"))
    assert person.read() == []
    assert list(Path(settings.MEDIA_ROOT).glob("desk/*")) == []


def test_an_empty_answer_is_refused(desk, person, ticket):
    assert say(desk, ticket, "  ") == {"error": "没有可发送的内容。请写点内容。"}


def test_a_note_is_shown_at_the_desk_only(desk, person, ticket):
    say(desk, ticket, "墨盒是上周换的", **{"as": "note"})
    assert person.read() == []
    assert "墨盒是上周换的" in page(desk, reverse("desk-ticket", args=[ticket.pk]))


def test_what_another_has_must_be_taken_over(desk, person, ticket):
    services.take_ticket(ticket, factories.make_operator(None, member=None, name="李工"))
    person.read()
    assert say(desk, ticket, "我来") == {"error": "李工 正在接待。可以在接待台接管。"}
    assert "李工正在接待。要自己回复，请先接管。" in page(desk, reverse("desk-ticket", args=[ticket.pk]))
    act(desk, ticket, "take_over")
    assert person.read() == ["从现在起由赵六回复你。"]


def test_a_ticket_is_assigned_and_transferred(desk, person, ticket, application):
    to = factories.make_operator(None, member=None, name="李工")
    hr = factories.make_operator_group(application, name="人事")
    person.read()
    act(desk, ticket, "assign", operator=to.pk)
    assert person.read() == ["现在由李工回复你。要回到我这里，请发送“/bot”。"]
    act(desk, ticket, "transfer", group=hr.pk)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.group, ticket.operator) == (Ticket.Status.OPEN, hr, None)
    assert "还没有选择。请选择接待组。" in act(desk, ticket, "transfer", group="")


def test_a_group_of_another_application_is_refused(desk, ticket):
    other = factories.make_operator_group(name="别处")
    assert "“别处”接待的是另一个应用的成员。" in act(desk, ticket, "transfer", group=other.pk)


def test_a_running_conversation_is_taken_over_with_its_flow(desk, person, flow, group):
    person.says("制作视频")
    conversation = Conversation.objects.get()
    answer = desk.post(reverse("desk-take-conversation", args=[conversation.pk]))
    ticket = Ticket.objects.get()
    assert answer.url == reverse("desk-ticket", args=[ticket.pk])
    assert ticket.reason == Ticket.Reason.OPERATOR
    assert person.read() == ["现在由赵六回复你。要回到我这里，请发送“/bot”。"]
    assert person.says("欢迎") == []
    act(desk, ticket, "hand_back")
    assert person.read() == ["赵六已结束对话，现在由数字人继续为你服务。", "请发送视频文本。"]


def test_a_closed_ticket_says_so(desk, ticket):
    act(desk, ticket, "close")
    assert "这个工单已经关闭。请直接接管会话。" in act(desk, ticket, "take")


def test_the_timer_shows_what_is_left_and_what_is_late(desk, ticket):
    assert "还剩 " in page(desk, reverse("desk-ticket", args=[ticket.pk]))
    Ticket.objects.update(due_at=timezone.now() - timedelta(minutes=12))
    assert "超时 12 分钟" in page(desk, reverse("desk-ticket", args=[ticket.pk]))


def test_the_timer_runs_again_for_a_ticket_that_was_passed_on(desk, ticket, application):
    say(desk, ticket, "我来看看。")
    assert "已接待 " in page(desk, reverse("desk-ticket", args=[ticket.pk]))
    services.transfer_ticket(ticket, factories.make_operator_group(application, name="人事"))
    assert "还剩 " in page(desk, reverse("desk-ticket", args=[ticket.pk]))


def test_groups_that_keep_members_waiting_are_marked(desk, ticket, application):
    later = timezone.localtime() + timedelta(hours=2)
    hours = {"opens_at": later.time(), "closes_at": (later + timedelta(hours=1)).time()}
    operator = factories.make_operator(None, member=None, name="李工")
    factories.make_operator_group(application, name="人事")
    factories.make_operator_group(application, operator, name="财务", **hours)
    factories.make_operator_group(application, operator, name="前台")
    shown = page(desk, reverse("desk-ticket", args=[ticket.pk]))
    for words in ("人事（没有接待人员）", "财务（现在不在）", "前台"):
        assert f">{words}</option>" in shown


def test_others_who_look_are_named(desk, ticket, admin_client, admin_user):
    address = reverse("desk-ticket", args=[ticket.pk])
    page(desk, address)
    assert "赵六" in admin_client.get(address).content.decode()
    assert f"{admin_user.username}也在看" in page(desk, address)


def test_canned_answers_of_the_topic_are_offered(desk, ticket):
    CannedAnswer.objects.create(title="重启", text="请先重启。")
    CannedAnswer.objects.create(title="请假", text="走流程。", topic=factories.make_topic("假期制度"))
    shown = page(desk, reverse("desk-ticket", args=[ticket.pk]))
    assert "请先重启。" in shown
    assert "走流程。" not in shown


def test_earlier_tickets_of_the_member_are_listed(desk, person, ticket):
    assert "之前的工单" not in page(desk, reverse("desk-ticket", args=[ticket.pk]))
    act(desk, ticket, "close")
    person.says("转人工")
    shown = page(desk, reverse("desk-ticket", args=[Ticket.objects.latest("pk").pk]))
    assert "之前的工单" in shown
    assert reverse("desk-ticket", args=[ticket.pk]) in shown


def test_viewers_look_and_cannot_answer(staff, desk, ticket):
    staff.user_permissions.set(Permission.objects.filter(codename="view_ticket"))
    shown = page(desk, reverse("desk-ticket", args=[ticket.pk]))
    assert 'data-testid="composer"' not in shown
    assert 'data-testid="buttons"' not in shown
    assert desk.post(reverse("desk-act", args=[ticket.pk]), {"act": "take"}).status_code == 403
    assert desk.post(reverse("desk-say", args=[ticket.pk]), {"text": "x"}).status_code == 403
    assert desk.post(reverse("desk-take-conversation", args=[ticket.conversation_id])).status_code == 403
    ticket.refresh_from_db()
    assert ticket.read_at is None


def test_without_the_right_nothing_is_shown(staff, desk, ticket):
    staff.user_permissions.clear()
    for name, args in (("desk", []), ("desk-ticket", [ticket.pk]), ("desk-report", [])):
        assert desk.get(reverse(name, args=args)).status_code == 403


def test_a_long_list_needs_few_queries(desk, ticket, application, django_assert_max_num_queries):
    for number in range(5):
        factories.make_ticket(factories.make_conversation(application, f"member{number}"))
    with django_assert_max_num_queries(16):
        desk.get(reverse("desk") + "?list=all&part=1")


def test_an_empty_list_says_how_a_ticket_comes(desk, application, request):
    shown = page(desk, reverse("desk"))
    assert "还没有接待组，成员无法转人工。" in shown
    assert reverse("admin:conversations_operatorgroup_add") not in shown  # for those who may
    request.getfixturevalue("group")
    assert "成员发送“转人工”后" in page(desk, reverse("desk"))
    request.getfixturevalue("ticket")
    assert "可以从“待接待”里选一个" in page(desk, reverse("desk"))


def test_the_report_counts_and_its_file_lists(desk, person, ticket):
    act(desk, ticket, "take")
    say(desk, ticket, "好了")
    act(desk, ticket, "close")
    person.taps("4")
    shown = page(desk, reverse("desk-report"))
    assert "100 %" in shown
    assert "4.0" in shown
    assert "未分主题" in shown
    lines = page(desk, reverse("desk-report") + f"?since=2026-01-01&until={timezone.localdate()}&csv=1").splitlines()
    assert lines[0].endswith("waited_seconds,handled_seconds,late,satisfaction")
    assert ",zhangsan,IT 支持,,赵六,asked,closed,solved," in lines[1]
    assert lines[1].endswith(",,4")
    assert "结束日期早于开始日期。" in page(desk, reverse("desk-report") + "?since=2026-02-01&until=2026-01-01")


def test_changes_name_who_made_them(desk, ticket):
    act(desk, ticket, "take")
    act(desk, ticket, "hand_back")
    kinds = list(TicketChange.objects.values_list("kind", "by__name"))
    assert kinds == [("opened", None), ("taken", "赵六"), ("closed", "赵六")]


def test_the_page_of_a_conversation_offers_to_take_over(admin_client, ticket):
    address = reverse("admin:conversations_conversation_change", args=[ticket.conversation_id])
    shown = admin_client.get(address).content.decode()
    # A form inside another one is dropped by browsers.
    assert shown.index('data-testid="take-over"') < shown.index('id="conversation_form"')
