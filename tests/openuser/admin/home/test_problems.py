"""Problems on the admin's home: what went wrong, why, and what helps."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.models import Ticket
from scheduling.models import Run
from tests.openuser.support.home_page import home, make_failed, make_missed, make_schedule
from tests.support.factories import make_application, make_member, make_outbound, make_render, make_ticket
from wecom.models import Outbound

pytestmark = pytest.mark.django_db


def test_a_failed_video_shows_the_hint_and_offers_to_make_it_again():
    render = make_render(text="好", status="failed", hint="Free at least 100 MB.", finished_at=timezone.now())
    address = reverse("admin:avatars_render_again_this", args=[render.pk])
    page = home("view_render", "change_render")
    assert "Free at least 100 MB." in page
    assert f'hx-get="{address}"' in page
    assert address not in home("view_render")


@pytest.mark.databases
def test_a_failure_that_was_mended_since_is_no_problem():
    render = make_render(text="好", status="failed", hint="Free some disk.", finished_at=timezone.now())
    make_render(text="好", status="queued", content_hash=render.content_hash)
    assert "Free some disk." not in home("view_render")


def test_home_calls_done_only_what_is_done():
    assert "None. All videos were rendered. All messages were delivered." in home("view_render", "view_outbound")
    make_render(text="好", status="queued")
    make_outbound(status="queued")
    page = home("view_render", "view_outbound")
    assert "None. Videos are still being made. Messages are still on their way." in page
    assert "没有。还有视频正在制作。" in home("view_render", language="zh-hans")


def test_a_member_who_waits_too_long_for_a_person_is_a_problem():
    now = timezone.now()
    make_ticket(status=Ticket.Status.OPEN, due_at=now + timedelta(hours=1))
    assert 'data-key="late-tickets"' not in home("view_ticket")
    make_ticket(status=Ticket.Status.OPEN, due_at=now - timedelta(minutes=1))
    page = home("view_ticket")
    assert "1 member waits for a person." in page
    assert f'href="{reverse("desk")}?list=waiting"' in page
    assert 'data-key="late-tickets"' not in home("view_render", "view_outbound")


def test_a_failure_of_last_week_is_no_problem():
    long_ago = timezone.now() - timedelta(days=7)
    make_render(status="failed", hint="Free some disk.", finished_at=long_ago)
    Outbound.objects.filter(pk=make_failed("refused").pk).update(finished_at=long_ago)
    assert 'data-key="render-' not in home("view_render")
    assert 'data-key="outbound-' not in home("view_outbound")


@pytest.mark.parametrize(
    ("reason", "words", "buttons"),
    [
        ("unknown", "Ask the member whether it arrived", ["resend_this", "treat_as_sent_this"]),
        ("recipient", "visible range", ["resend_this"]),
        ("refused", "Shorten it and send it again", ["resend_this"]),
        ("attempts", "Its worker died in every attempt", ["resend_this"]),
        ("something_new", "to see its attempts", ["resend_this"]),
    ],
)
def test_a_message_that_was_not_delivered_says_why_and_what_helps(reason, words, buttons):
    outbound = make_failed(reason, recipients=["zhangsan"], errcode=40058)
    page = home("view_outbound", "change_outbound")
    assert "zhangsan" in page
    assert words in page
    assert "errcode 40058" in page
    assert "devtool/query?e=40058" in page
    for action in ("resend_this", "treat_as_sent_this"):
        address = reverse(f"admin:wecom_outbound_{action}", args=[outbound.pk])
        assert (f'hx-get="{address}"' in page) == (action in buttons)


@pytest.mark.databases
def test_a_message_that_was_not_delivered_names_its_recipients():
    outbound = make_failed("refused", recipients=["zhangsan", "lisi", "wangwu", "zhaoliu"])
    make_member(outbound.application, "zhangsan", name="张三")
    assert "张三 (zhangsan), lisi, wangwu … (4)" in home("view_outbound")


def test_an_expired_message_is_a_problem_and_a_cancelled_one_not():
    make_outbound(status="cancelled", reason="expired", recipients=["late"], finished_at=timezone.now())
    make_outbound(status="cancelled", reason="cancelled", recipients=["unwanted"], finished_at=timezone.now())
    page = home("view_outbound")
    assert ">late<" in page
    assert ">unwanted<" not in page


def test_a_held_application_says_what_waits_and_offers_to_try_again():
    application = make_application(name="助手", held_reason="Add the address 203.0.113.7.")
    for _ in range(2):
        make_outbound(application, reason="held")
    address = reverse("admin:wecom_application_try_again_this", args=[application.pk])
    page = home("view_application", "change_application")
    assert "Add the address 203.0.113.7." in page
    assert "2 messages wait." in page
    assert f'hx-get="{address}"' in page
    assert address not in home("view_application")


def test_only_who_may_connect_an_application_is_asked_to():
    assert "No application of WeChat Work is connected yet." in home("add_application")
    assert "No application of WeChat Work is connected yet." not in home("view_application")


def test_a_schedule_that_was_missed_is_a_problem_and_says_why():
    schedule = make_schedule("morning")
    make_missed(schedule, timezone.now() - timedelta(hours=1))
    Run.objects.create(schedule=schedule, due_at=timezone.now() - timedelta(days=1), outcome=Run.Outcome.SENT)
    page = home("view_run")
    assert page.count("Schedule missed") == 1
    assert "OpenUser was not working when it was due" in page
