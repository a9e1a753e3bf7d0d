"""Pictures and files as answers: waited for, judged, told what is wrong, and shown on the session's page."""

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from conversations import services
from conversations.flows import publication
from conversations.models import Flow, Message, Session
from conversations.tickets.summary import summary_of
from tests.conversations.sessions.test_waits import make_flow
from tests.conversations.support.flow_pages import staff, url
from tests.conversations.support.person import Person
from tests.support.factories.conversations import change_steps
from wecom.models import Download, Member
from wecom.services import erase_person

pytestmark = pytest.mark.django_db
ASKED = "请拍一下发票。"
HINT = "请在这里发送图片，可以从相册选择或拍照。"
CLIP = {"slot_type": "file", "file_types": "MP4, .amr"}
COMING = "请稍等，你的文件还在接收中。"


@pytest.fixture
def flow(application) -> Flow:
    return make_flow(
        "报销",
        {"key": "bill", "name": "发票", "text": ASKED, "slot": "bill", "slot_type": "picture", "maximum": 5},
        {
            "key": "clip",
            "name": "现场",
            "text": "有录像吗？",
            "slot": "clip",
            "slot_type": "file",
            "file_types": "MP4, .amr",
        },
        {"key": "bye", "name": "好", "kind": "end", "text": "收到{{bill.label}}。"},
    )


def arrives(**fields: object) -> Download:
    """The file that came last has been fetched, or has failed."""
    download = Download.objects.latest("pk")
    kind = {"image": "jpg", "video": "mp4", "voice": "amr"}[download.kind]
    name = default_storage.save(f"inbound/one.{kind}", ContentFile(b"\xff\xd8\xff picture"))
    Download.objects.filter(pk=download.pk).update(**{"status": "done", "path": name, "size": 2**20, **fields})
    download.refresh_from_db()
    services.pass_on_files(download)
    return download


def test_a_picture_answers_when_it_has_come(person, flow):
    assert person.says("报销") == [ASKED]
    assert person.sends("image", "M1") == []
    assert person.says("好了吗") == [COMING]
    bill = arrives()
    services.pass_on_files(bill)
    assert person.read() == ["有录像吗？"]
    session = Session.objects.get()
    assert session.slots == {"bill": str(bill.pk)}
    assert re.fullmatch(r"图片-\d{8}-\d{6}\.jpg", session.labels["bill"])
    assert session.sources["bill"] == ["sent", Message.objects.exclude(download=None).get().cid]
    assert session.labels["bill"] in summary_of(session.conversation, session)


def test_a_text_or_a_number_is_told_what_to_send(person, flow):
    other = Download.objects.create(
        corporation=person.application.corporation, application=person.application, kind="image", media_id="M0"
    )
    person.says("报销")
    assert person.says("在路上") == [HINT, ASKED]
    assert person.says(str(other.pk)) == [HINT, ASKED]
    assert Session.objects.get().slots == {}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"size": 6 * 2**20}, "文件太大了。请发送不超过 5 MB 的文件。"),
        ({"status": "failed", "path": "", "reason": "too_large"}, "文件太大了。请发送不超过 5 MB 的文件。"),
        ({"status": "failed", "path": "", "reason": "format"}, HINT),
        ({"status": "failed", "path": "", "reason": "expired"}, "没有收到你的文件。请再发一次。"),
    ],
)
def test_a_file_that_does_not_do_is_refused_with_the_reason(person, flow, fields, told):
    person.says("报销")
    person.sends("image", "M1")
    arrives(**fields)
    assert person.read() == [told, ASKED]
    assert Session.objects.get().tries == 1


def test_another_kind_of_file_is_refused_at_once(person, flow):
    person.says("报销")
    assert person.sends("video", "M1") == [HINT, ASKED]
    person.sends("image", "M2")
    arrives()
    person.read()
    assert person.sends("image", "M3") == []
    arrives()
    assert person.read() == ["请在这里发送图片或视频。 可以发送：mp4, amr。", "有录像吗？"]
    person.sends("voice", "M4")
    arrives()
    assert person.read()[0].startswith("收到图片-")


def test_the_sweeper_goes_on_where_a_process_died(person, flow):
    person.says("报销")
    person.sends("image", "M1")
    name = default_storage.save("inbound/two.jpg", ContentFile(b"\xff\xd8\xff picture"))
    Download.objects.update(status="done", path=name, size=9)
    assert services.follow_tickets() == 1
    assert person.read() == ["有录像吗？"]
    assert services.follow_tickets() == 0


def test_who_leaves_meanwhile_is_not_answered(person, flow):
    person.says("报销")
    person.sends("image", "M1")
    assert person.says("取消") == ["好的，已取消“报销”。"]
    arrives()
    assert person.read() == []


def test_without_a_question_for_it_a_picture_is_not_read(person, application):
    make_flow("称呼", {"key": "who", "name": "称呼", "text": "怎么称呼？", "slot": "who"})
    person.says("称呼")
    assert "图片" in person.sends("image", "M1")[0]


def test_the_page_of_the_session_shows_the_file(person, flow):
    person.says("报销")
    person.sends("image", "M1")
    bill = arrives()
    page = staff("boss", superuser=True).get(url("session", "change", Session.objects.get().pk)).content.decode()
    assert bill.path in page


def test_an_erasure_takes_the_files_of_the_member_and_no_others(
    application, person, flow, django_capture_on_commit_callbacks
):
    other, bills = Person(application, "lisi"), list[Download]()
    for one in (person, other):
        one.says("报销")
        one.sends("image", f"M{one.user_id}")
        bills.append(arrives())
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(Member.objects.get(user_id=person.user_id), by="hr")
    assert [default_storage.exists(str(bill.path)) for bill in bills] == [False, True]
    mine, theirs = Session.objects.order_by("pk")
    assert (mine.slots, mine.labels) == ({}, {})
    assert theirs.slots == {"bill": str(bills[1].pk)}
    assert Download.objects.get(pk=bills[1].pk).path


def test_limits_that_no_file_keeps_stop_a_draft(flow):
    change_steps(flow.states.filter(key="bill"), file_types="pdf", maximum=0)
    assert {problem.code for problem in publication.check(flow)} >= {"file_types", "bounds"}


def test_try_it_sends_a_picture(flow):
    boss = staff("boss", superuser=True)
    page = url("flow", "try_it", flow.pk)
    boss.get(page)
    boss.post(page, {"act": "say", "text": "1"})
    assert HINT in boss.get(page).content.decode()
    boss.post(page, {"act": "send_file"})
    assert "有录像吗？" in boss.get(page).content.decode()
