"""The timeline: all rows of one correlation ID, in order."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations.models import Content, Message, TicketChange
from tests.support.factories import (
    make_application,
    make_callback,
    make_member,
    make_operator,
    make_outbound,
    make_render,
    make_ticket,
    make_upload,
)
from wecom.models import Application, Attempt, Outbound

pytestmark = pytest.mark.django_db
CID = "98b8d9a85776e3fc"
BEGAN = timezone.now() - timedelta(minutes=5)


def after(seconds: float):
    return BEGAN + timedelta(seconds=seconds)


def open_page(user: User, cid: str = CID):
    client = Client()
    client.force_login(user)
    return client.get(reverse("timeline", args=[cid]))


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def application() -> Application:
    return make_application()


def tell(application: Application) -> None:
    """A text that became a video, delivered at the second attempt."""
    member = make_member(application)
    make_callback(application, cid=CID, status="done", created_at=after(0), finished_at=after(0.3))
    render = make_render(cid=CID, status="done", created_at=after(0.2), started_at=after(1), finished_at=after(6))
    render.video.save("a.mp4", ContentFile(b"video"))
    upload = make_upload(application, status="done", finished_at=after(7))
    outbound = make_outbound(
        application, msgtype="video", upload=upload, cid=CID, status="done", created_at=after(6.1), finished_at=after(9)
    )
    Attempt.objects.create(outbound=outbound, number=1, started_at=after(7.5), outcome="ambiguous", detail="timeout")
    Attempt.objects.create(outbound=outbound, number=2, started_at=after(8.5), outcome="sent", errcode=0)
    said = Content.objects.create(text="/video 你好")
    values = {"application": application, "member": member, "cid": CID}
    Message.objects.create(direction="in", state="received", content=said, created_at=after(0.1), **values)
    content = Content.objects.create(kind="video", text="你好")
    Message.objects.create(
        direction="out",
        state="sending",
        content=content,
        render=render,
        outbound=outbound,
        created_at=after(0.25),
        **values,
    )


@pytest.mark.databases
def test_it_lists_everything_in_the_order_in_which_it_happened(boss, application):
    tell(application)
    page = open_page(boss)
    steps = [step for step, _after in page.context["rows"]]
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    pages = [step.url.split("/")[3] for step in steps if step.url]
    assert pages == ["callback", "message", "render", "message", "outbound", "upload"]
    html = page.content.decode().partition('data-testid="timeline"')[2]
    assert html.index("callback/") < html.index("<video") < html.index("outbound/") < html.index("timeout")


def test_what_went_wrong_is_told_with_its_reason(boss, application):
    make_outbound(application, cid=CID, status="failed", reason="unknown", created_at=BEGAN, finished_at=after(400))
    steps = [step for step, _after in open_page(boss).context["rows"]]
    assert steps[-1].tone == "bad"
    assert str(Outbound.Reason.UNKNOWN.label) in steps[-1].detail


def test_a_page_of_unfinished_work_looks_again(boss, application):
    make_outbound(application, cid=CID, reason="held")
    assert "data-unfinished" in open_page(boss).content.decode()


def test_it_asks_as_often_for_many_rows_as_for_one(boss, application, django_assert_max_num_queries):
    tell(application)
    for _ in range(20):
        outbound = make_outbound(application, cid=CID, upload=make_upload(application))
        Attempt.objects.create(outbound=outbound, number=1)
    client = Client()
    client.force_login(boss)
    with django_assert_max_num_queries(16):
        assert client.get(reverse("timeline", args=[CID])).status_code == 200


def test_a_ticket_is_told_with_its_operator_and_without_notes(boss, application):
    operator = make_operator(application)
    ticket = make_ticket(cid=CID, operator=operator, status="assigned")
    for kind, text in (("opened", ""), ("taken", ""), ("note", "only for colleagues")):
        TicketChange.objects.create(ticket=ticket, kind=kind, by=operator, text=text)
    html = open_page(boss).content.decode()
    assert html.count(f"#{ticket.pk}") >= 3
    assert operator.name in html
    assert "only for colleagues" not in html


def test_members_are_shown_by_name_with_their_user_ids(boss, application):
    make_member(application, "lisi", name="李四")
    make_callback(application, cid=CID, from_user_id="lisi")
    make_outbound(application, cid=CID, recipients=["lisi", "unknown"])
    steps = [step for step, _after in open_page(boss).context["rows"]]
    assert [step.people for step in steps] == [(("李四", "lisi"),), (("李四", "lisi"), ("", "unknown"))]
    assert '李四 <small class="ou-quiet">lisi</small>' in open_page(boss).content.decode()


def test_an_unknown_id_is_not_found(boss):
    assert open_page(boss, "0000").status_code == 404


def test_only_those_who_may_see_messages_see_it(application):
    tell(application)
    clerk = User.objects.create_user("clerk", is_staff=True)
    assert open_page(clerk).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_message"))
    assert open_page(User.objects.get(pk=clerk.pk)).status_code == 200
    assert open_page(User.objects.create_user("employee")).status_code == 302


def test_kinds_are_named_in_the_readers_words(boss, application):
    make_callback(application, cid=CID, kind="event", event="enter_agent")
    make_outbound(application, cid=CID, msgtype="textcard")
    titles = [step.title for step, _after in open_page(boss).context["rows"]]
    assert titles == ["Callback received: opened the application", "Message queued: text card"]
