"""Questions for a member or a department: looked up in the directory, asked back, and shown by name."""

import json

import pytest
from django.contrib.auth.models import Permission, User

from conversations import services
from conversations.exceptions import FlowError
from conversations.flows import publication
from conversations.golden.comparison import compare
from conversations.models import Conversation, Flow, Session
from conversations.tickets.summary import summary_of
from tests.conversations.sessions.test_waits import make_flow
from tests.conversations.support.flow_pages import staff, url
from tests.support import factories
from wecom.models import Member

pytestmark = pytest.mark.django_db
WHO = "请假时谁来接手？"
BYE = "已转告{{who.label}}（{{who}}）和{{where.label}}（{{where}}）。"


@pytest.fixture
def flow(application) -> Flow:
    return make_flow(
        "请假交接",
        {"key": "who", "name": "接手人", "text": WHO, "slot": "who", "slot_type": "member"},
        {"key": "where", "name": "部门", "text": "通知哪个部门？", "slot": "where", "slot_type": "department"},
        {
            "key": "bye",
            "name": "好",
            "kind": "end",
            "text": "已转告{{who.label}}（{{who}}）和{{where.label}}（{{where}}）。",
        },
    )


@pytest.fixture
def colleagues(application) -> list[Member]:
    sales, research = (
        factories.make_department(application, number, name) for number, name in ((7, "销售部"), (8, "研发部"))
    )
    rows = (("wang1", "王芳", sales), ("wang2", "王芳", research), ("lilei", "李雷", sales))
    return [
        factories.make_member(application, user_id, name=name, main_department=place) for user_id, name, place in rows
    ]


def test_a_name_becomes_a_user_id_and_is_shown_as_the_name(person, flow, colleagues):
    assert person.says("请假交接") == [WHO]
    assert person.says("李雷") == ["通知哪个部门？"]
    assert person.says("研发") == ["已转告李雷（lilei）和研发部（8）。"]
    session = Session.objects.get()
    assert (session.slots, session.labels) == ({"who": "lilei", "where": "8"}, {"who": "李雷", "where": "研发部"})
    assert [source[0] for source in session.sources.values()] == ["typed", "typed"]


def test_of_several_one_is_tapped_and_the_card_shows_it(person, flow, colleagues):
    person.says("请假交接")
    assert person.says("王芳") == ["你说的“王芳”是哪一位？ | 1. 王芳 · 销售部 | 2. 王芳 · 研发部"]
    assert person.taps("wang2") == ["通知哪个部门？"]
    assert Session.objects.get().labels == {"who": "王芳"}


@pytest.mark.parametrize(("answer", "expected"), [("2", "wang2"), ("lilei", "lilei")])
def test_of_several_a_number_or_another_name_answers(person, flow, colleagues, answer, expected):
    person.says("请假交接")
    person.says("王芳")
    person.says(answer)
    assert Session.objects.get().slots == {"who": expected}


def test_more_than_five_are_not_all_offered(person, flow):
    for number in range(7):
        factories.make_member(person.application, f"zhang{number}", name=f"张三{number}")
    person.says("请假交接")
    (card,) = person.says("张三")
    assert "如果不在其中，请写全名" in card
    assert card.count(" | ") == 5


def test_who_is_not_in_the_directory_is_asked_for_again(person, flow, colleagues):
    Member.objects.filter(user_id="lilei").update(status=Member.Status.LEFT)
    person.says("请假交接")
    assert person.says("李雷") == ["没有找到这位同事。请写完整的姓名或账号。", WHO]
    assert person.says("李雷\0") == ["没有找到这位同事。请写完整的姓名或账号。", WHO]


def test_a_question_of_the_table_is_still_answered_aside(person, flow, colleagues):
    factories.make_answer("年假有几天？", "每年五天。")
    person.says("请假交接")
    assert person.says("年假有几天？") == ["每年五天。", WHO]
    assert Session.objects.get().tries == 0


def test_a_flow_is_started_with_a_name_and_refuses_an_unclear_one(person, flow, colleagues):
    flow.refresh_from_db()
    conversation = Conversation.objects.locked(person.application, factories.make_member(person.application))
    session = services.start_flow(conversation, flow, data={"who": "李雷"}, cid="c1")
    assert (session.slots, session.labels) == ({"who": "lilei"}, {"who": "李雷"})
    assert "李雷" in summary_of(conversation, session)
    with pytest.raises(FlowError, match="who"):
        services.start_flow(conversation, flow, data={"who": "王芳"}, cid="c2")


def test_try_it_looks_up_and_its_golden_conversation_needs_no_directory(flow, colleagues):
    boss = staff("boss", superuser=True)
    page = url("flow", "try_it", flow.pk)
    boss.get(page)
    for text in ("王芳", "2", "研发部"):
        boss.post(page, {"act": "say", "text": text})
    shown = boss.get(page).content.decode()
    assert "已转告王芳（wang2）和研发部（8）。" in shown
    turns = boss.session[f"try-flow-{flow.pk}"]["turns"]
    assert json.loads(turns[1][1])["said"] == "王芳"
    golden = services.record_golden(flow, "交接", [(act, text) for act, text in turns])
    assert [turn["shown"] for turn in golden.turns] == ["", "王芳", "2", "研发部"]
    Member.objects.all().delete()
    assert not compare(publication.draft(flow), golden, {}).differs


def test_without_the_right_to_see_members_try_it_finds_none(flow, colleagues):
    hr = staff("hr.lin")
    who = User.objects.get(username="hr.lin")
    who.user_permissions.set(Permission.objects.filter(codename__in=("view_flow", "change_flow")))
    page = url("flow", "try_it", flow.pk)
    hr.get(page)
    hr.post(page, {"act": "say", "text": "李雷"})
    assert "lilei" not in hr.get(page).content.decode()
