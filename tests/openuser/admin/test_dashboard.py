"""The admin's home: contents, roles, advice, and number of queries."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conversations.models import Content, Conversation, Message
from scheduling import services as scheduling
from scheduling.models import Run, Schedule
from tests.support.factories import make_application, make_member, make_outbound, make_render
from wecom.models import Application, Outbound

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
SEEN = (
    "view_render",
    "view_outbound",
    "view_conversation",
    "view_message",
    "view_application",
    "view_schedule",
    "view_run",
)
PANELS = ("unfinished-renders", "conversations", "videos", "problems", "next-runs")


def home(*permissions: str, language: str = "en") -> str:
    """The page that a user with these permissions sees."""
    return opened(reverse("admin:index"), *permissions, language=language)


def opened(address: str, *permissions: str, language: str = "en") -> str:
    answer = signed_in(*permissions, language=language).get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def signed_in(*permissions: str, language: str = "en") -> Client:
    user = User.objects.create_user(f"user{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = language
    return client


def panels(page: str) -> list[str]:
    return [name for name in PANELS if f'data-testid="{name}"' in page]


def make_talk(words: str = "怎么请假", user_id: str = "lisi", application: Application | None = None) -> Message:
    application = application or make_application()
    member = make_member(application, user_id)
    Conversation.objects.create(application=application, member=member)
    return Message.objects.create(
        application=application,
        member=member,
        direction=Message.Direction.IN,
        state=Message.State.RECEIVED,
        content=Content.objects.create(text=words),
    )


def make_failed(reason: str, **fields: Any) -> Outbound:
    return make_outbound(status="failed", reason=reason, finished_at=timezone.now(), **fields)


def make_schedule(name: str, **fields: Any) -> Schedule:
    values = {"cron": "0 9 * * *", "text": "早上好", "user_ids": ["lisi"], **fields}
    return scheduling.save_schedule(Schedule(name=name, **values))


def make_missed(schedule: Schedule, due_at: datetime) -> Run:
    return Run.objects.create(schedule=schedule, due_at=due_at, outcome=Run.Outcome.MISSED)


def make_busy_day(application: Application, count: int) -> None:
    """So many of everything that the page lists."""
    for number in range(count):
        make_talk(user_id=f"person{Conversation.objects.count()}", application=application)
        make_render(status=("running", "queued")[number % 2], progress=40, estimated_seconds=10)
        make_render(status="failed", finished_at=timezone.now())
        make_render(status="done", poster="renders/a/poster.jpg", seconds=4, finished_at=timezone.now())
        make_failed("unknown", application=application)
        make_outbound(application)
        make_missed(make_schedule(f"schedule {number}"), timezone.now())


# ---- what it shows


def test_a_video_that_is_being_made_shows_how_far_it_is():
    make_render(text="欢迎来到公司", status="running", stage="filming", progress=60, estimated_seconds=20)
    page = home("view_render")
    assert 'value="60"' in page
    assert "animating · 8 s left" in page
    assert "data-unfinished" in page


def test_what_runs_comes_before_what_waits_and_urgent_before_patient():
    for text, fields in {
        "patient": {"priority": 0},
        "urgent": {"priority": 20},
        "running": {"status": "running"},
    }.items():
        make_render(text=text, **fields)
    page = home("view_render")
    places = [page.index(f">{text}<") for text in ("running", "urgent", "patient")]
    assert places == sorted(places)


def test_a_conversation_of_today_shows_what_was_said_last():
    make_talk("怎么请假")
    page = home("view_conversation")
    assert "怎么请假" in page
    assert ">lisi<" in page
    Conversation.objects.update(last_message_at=timezone.now() - timedelta(days=1))
    assert "怎么请假" not in home("view_conversation")


def test_a_video_of_today_is_shown_by_its_poster():
    make_render(status="done", poster="renders/a/poster.jpg", seconds=4.2, finished_at=timezone.now())
    make_render(status="done", poster="renders/b/poster.jpg", finished_at=timezone.now() - timedelta(days=1))
    page = home("view_render")
    assert "/media/renders/a/poster.jpg" in page
    assert "renders/b" not in page


def test_the_schedules_that_speak_next_are_shown_soonest_first():
    now = timezone.localtime()
    soon, later = now + timedelta(minutes=5), now + timedelta(hours=3)
    make_schedule("later", cron=f"{later.minute} {later.hour} * * *")
    make_schedule("soon", cron=f"{soon.minute} {soon.hour} * * *")
    scheduling.pause(make_schedule("paused", cron="* * * * *"))
    page = home("view_schedule")
    assert page.index(">soon<") < page.index(">later<")
    assert f"{soon:%m-%d %H:%M}" in page
    assert ">paused<" not in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_empty_home_says_what_to_do_next(language):
    page = home(*SEEN, language=language)
    assert panels(page) == list(PANELS)
    assert page.count('class="ou-quiet') >= 4
    assert "data-unfinished" not in page
    assert 'data-testid="nothing"' not in page


# ---- what went wrong


def test_a_failed_video_shows_the_hint_and_offers_to_make_it_again():
    render = make_render(text="好", status="failed", hint="Free at least 100 MB.", finished_at=timezone.now())
    address = reverse("admin:avatars_render_again_this", args=[render.pk])
    page = home("view_render", "change_render")
    assert "Free at least 100 MB." in page
    assert f'hx-get="{address}"' in page
    assert address not in home("view_render")


def test_a_failure_that_was_mended_since_is_no_problem():
    render = make_render(text="好", status="failed", hint="Free some disk.", finished_at=timezone.now())
    make_render(text="好", status="queued", content_hash=render.content_hash)
    assert "Free some disk." not in home("view_render")


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


# ---- to whom


@pytest.mark.parametrize(
    ("permissions", "shown"),
    [
        ((), []),
        (("view_render",), ["unfinished-renders", "videos", "problems"]),
        (("view_outbound",), ["problems"]),
        (("view_conversation",), ["conversations"]),
        (("view_message",), []),
        (("view_schedule",), ["next-runs"]),
        (("view_run",), ["problems"]),
        (SEEN, list(PANELS)),
    ],
)
def test_each_sees_the_panels_of_what_they_may_see(permissions, shown):
    make_busy_day(make_application(), 1)
    assert panels(home(*permissions)) == shown


def test_nothing_of_a_kind_leaks_into_the_panels_of_another():
    make_talk("我的工资")
    make_render(text="给老板的话", status="failed", finished_at=timezone.now())
    make_failed("refused", recipients=["wangwu"])
    assert "我的工资" not in home("view_render", "view_outbound")
    assert "给老板的话" not in home("view_conversation", "view_outbound")
    assert "wangwu" not in home("view_conversation", "view_render")


def test_an_account_without_a_role_is_told_whom_to_ask():
    assert "Ask an administrator for one." in home()


# ---- live


def test_the_parts_alone_are_what_the_whole_page_shows():
    make_busy_day(make_application(), 2)
    parts = opened(reverse("admin-home"), *SEEN)
    assert panels(parts) == list(PANELS)
    assert "<html" not in parts
    assert f'data-source="{reverse("admin-home")}"' in parts
    assert 'id="home"' in parts


def test_the_parts_follow_the_language():
    client = signed_in(*SEEN, language="zh-hans")
    assert "正在制作" in client.get(reverse("admin-home")).content.decode()


def test_the_parts_are_for_staff():
    assert Client().get(reverse("admin-home")).status_code == 302
    customer = Client()
    customer.force_login(User.objects.create_user("customer"))
    assert customer.get(reverse("admin-home")).status_code == 302


def test_a_busy_day_asks_as_often_as_a_quiet_one():
    client, application = signed_in(*SEEN, "change_render", "change_outbound"), make_application()
    make_busy_day(application, 2)
    client.get(reverse("admin-home"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("admin-home"))
    make_busy_day(application, 10)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("admin-home"))
    assert len(many) == len(few)
    assert len(many) <= 22
