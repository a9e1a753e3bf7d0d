"""The desk: lists with unread lines, answers of each kind, notes, assign, transfer, take over, and who looks on."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from conversations import services
from conversations.models import CannedAnswer, Conversation, Operator, Ticket, TicketChange
from tests.conversations.admin.handoff.desk_pages import act, page, say
from tests.conversations.support.person import Person
from tests.support import factories

pytestmark = pytest.mark.django_db
PICTURE = b"\x89PNG\r\n\x1a\n picture"


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


def test_a_running_conversation_is_taken_over_with_its_flow(desk, staff, person, flow, group):
    person.says("制作视频")
    conversation = Conversation.objects.get()
    take = reverse("desk-take-conversation", args=[conversation.pk])
    assert desk.post(take).status_code == 403  # nobody asked for a person: to look into it takes the right to read
    staff.user_permissions.add(Permission.objects.get(codename="read_conversation"))
    answer = desk.post(take)
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
