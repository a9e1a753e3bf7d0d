"""The admin's home: contents, roles, live parts, and number of queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conversations.models import Content, Conversation, Message, Ticket
from scheduling import services as scheduling
from scheduling.models import Campaign, CampaignContent
from tests.openuser.support.home_page import home, make_failed, make_unsent, opened, signed_in
from tests.scheduling.support.campaigns import launch, make_campaign, make_person
from tests.support.factories import (
    make_application,
    make_campaign_row,
    make_member,
    make_outbound,
    make_render,
    make_ticket,
)
from wecom.models import Application

pytestmark = pytest.mark.django_db
SEEN = (
    "view_render",
    "view_outbound",
    "view_conversation",
    "read_conversation",
    "view_message",
    "view_application",
    "view_campaign",
    "view_campaignrun",
)
PANELS = ("unfinished-renders", "conversations", "videos", "problems", "next-runs")


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


def make_going(name: str, cron: str) -> Campaign:
    """A campaign without approval that goes out by itself."""
    campaign = make_campaign(name=name, policy="alone", repeats="cron", cron=cron)
    return scheduling.start_campaign(campaign, alone=True)


def make_returned(number: int, **fields: Any) -> Campaign:
    """A campaign without approval for whose start its writer has asked, and that was sent back."""
    campaign = make_campaign(f"早上好 {number}", name=f"campaign {number}", **{"policy": "alone", **fields})
    scheduling.ask_approval(campaign, by=writer())
    return scheduling.send_back_mailing(campaign, by=make_person(), why="明天放假。")


def writer() -> User:
    return User.objects.get_or_create(username="writer", is_staff=True)[0]


def make_busy_day(application: Application, count: int) -> None:
    """So many of everything that the page lists."""
    for number in range(count):
        make_talk(user_id=f"person{Conversation.objects.count()}", application=application)
        make_render(status=("running", "queued")[number % 2], progress=40, estimated_seconds=10)
        make_render(status="failed", finished_at=timezone.now())
        make_render(status="done", poster="renders/a/poster.jpg", seconds=4, finished_at=timezone.now())
        make_failed("unknown", application=application)
        make_outbound(application)
        make_returned(number)
        make_unsent(make_campaign_row(application, repeats="cron"), timezone.now())


# ---- what it shows


def test_a_video_that_is_being_made_shows_how_far_it_is():
    make_render(text="欢迎来到公司", status="running", stage="filming", progress=60, estimated_seconds=20)
    page = home("view_render")
    assert 'value="60"' in page
    assert "animating · 8 s left" in page
    assert "data-unfinished" in page


@pytest.mark.databases
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


@pytest.mark.databases
def test_a_conversation_of_today_is_named_without_its_words():
    make_talk("怎么请假")
    page = home("view_conversation", "read_conversation")
    assert "怎么请假" not in page
    assert ">lisi<" in page
    Conversation.objects.update(last_message_at=timezone.now() - timedelta(days=1))
    assert ">lisi<" not in home("view_conversation", "read_conversation")
    assert ">lisi<" not in home("view_conversation")


def test_a_video_that_a_member_asked_for_stands_there_without_its_words():
    asked = {"text": "老板是不是傻", "requester": "member:7"}
    make_render(status="running", **asked)
    make_render(status="failed", reason="error", finished_at=timezone.now(), **asked)
    make_render(status="done", poster="renders/a/poster.jpg", finished_at=timezone.now(), **asked)
    page = home("view_render", "view_conversation", "read_conversation")
    assert page.count("member") >= 3
    assert "老板是不是傻" not in page
    assert "poster.jpg" not in page


def test_a_video_of_today_is_shown_by_its_poster():
    make_render(status="done", poster="renders/a/poster.jpg", seconds=4.2, finished_at=timezone.now())
    make_render(status="done", poster="renders/b/poster.jpg", finished_at=timezone.now() - timedelta(days=1))
    page = home("view_render")
    assert "/media/renders/a/poster.jpg" in page
    assert "renders/b" not in page


@pytest.mark.databases
def test_the_campaigns_that_go_out_next_are_shown_soonest_first():
    make_member(make_application(), "lisi", status="active")
    now = timezone.localtime()
    soon, later = now + timedelta(minutes=5), now + timedelta(hours=3)
    make_going("later", f"{later.minute} {later.hour} * * *")
    make_going("soon", f"{soon.minute} {soon.hour} * * *")
    scheduling.pause_mailing(make_going("paused", "* * * * *"))
    page = home("view_campaign")
    assert page.index(">soon<") < page.index(">later<")
    assert f"{soon:%m-%d %H:%M}" in page
    assert ">paused<" not in page


def test_campaigns_stand_among_what_goes_out_next():
    application = make_application()
    make_member(application, "lisi", status="active")
    soon = timezone.now() + timedelta(hours=1)
    campaign = launch(name="party", starts_at=soon, in_member_zone=False)
    make_campaign(name="a draft", starts_at=soon)
    page = home("view_campaign")
    assert "party" in page
    assert reverse("admin:scheduling_campaign_change", args=[campaign.pk]) in page
    assert "a draft" not in page
    assert "party" not in home("view_render")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_empty_home_says_what_to_do_next(language):
    page = home(*SEEN, language=language)
    assert panels(page) == list(PANELS)
    assert page.count('class="ou-quiet') >= 4
    assert "data-unfinished" not in page
    assert 'data-testid="nothing"' not in page


def test_members_who_wait_for_a_person_are_counted():
    make_ticket(status=Ticket.Status.OPEN)
    page = home("view_ticket")
    assert f'href="{reverse("desk")}?list=waiting"' in page
    assert '<span class="ou-figure ou-figure-bad">1</span><span class="ou-label">Waiting for a person</span>' in page
    assert "Waiting for a person" not in home("view_render")


# ---- to whom


@pytest.mark.parametrize(
    ("permissions", "shown"),
    [
        ((), []),
        (("view_render",), ["unfinished-renders", "videos", "problems"]),
        (("view_outbound",), ["problems"]),
        (("view_conversation",), []),
        (("view_conversation", "read_conversation"), ["conversations"]),
        (("view_message",), []),
        (("view_campaign",), ["next-runs"]),
        (("view_campaignrun",), ["problems"]),
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


# ---- campaigns without approval


def seen_by_the_writer() -> str:
    writer().user_permissions.set(Permission.objects.filter(codename__in=("view_campaign", "change_campaign")))
    client = Client(headers={"accept-language": "en"})
    client.force_login(writer())
    return client.get(reverse("admin-home")).content.decode()


def test_what_was_sent_back_stands_there_for_who_had_asked():
    campaign = make_returned(1)
    page = seen_by_the_writer()
    for words in ("campaign 1", "明天放假。", reverse("admin:scheduling_campaign_change", args=[campaign.pk])):
        assert words in page
    assert "明天放假。" not in home("view_campaign", "change_campaign", "start_alone_campaign")
    scheduling.save_campaign(campaign, [CampaignContent(text="后天见")], by=writer())
    assert "明天放假。" in seen_by_the_writer()
    scheduling.ask_approval(campaign, by=writer())
    assert "明天放假。" not in seen_by_the_writer()


def test_only_what_others_sent_back_of_campaigns_without_approval_stands_there():
    make_returned(1, policy="approved")
    own = make_campaign(name="taken back", policy="alone")
    scheduling.ask_approval(own, by=writer())
    scheduling.send_back_mailing(own, by=writer(), why="Not yet.")
    edited = make_campaign(name="edited", policy="alone")
    scheduling.ask_approval(edited, by=writer())
    scheduling.save_campaign(edited, [CampaignContent(text="后天见")], by=make_person())
    started = make_returned(2)
    scheduling.start_campaign(started, alone=True, by=make_person())
    assert 'data-testid="drafts"' not in seen_by_the_writer()


def test_who_may_start_it_starts_it_or_sends_it_back_from_there():
    campaign = scheduling.ask_approval(make_campaign(name="asked", policy="alone"), by=writer())
    page = home("view_campaign", "start_alone_campaign")
    for name in ("start", "send_back_this"):
        assert reverse(f"admin:scheduling_campaign_{name}", args=[campaign.pk]) in page
    assert 'data-testid="drafts"' not in home("view_campaign", "change_campaign")


@pytest.mark.parametrize(
    ("permissions", "leads"),
    [(("add_campaign", "start_alone_campaign"), True), (("add_campaign",), False), (("start_alone_campaign",), False)],
)
def test_a_quiet_calendar_leads_to_a_recurring_message(permissions, leads):
    address = f"{reverse('admin:scheduling_campaign_add')}?policy=alone"
    assert (address in home("view_campaign", *permissions)) is leads


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
    assert len(many) <= 18


@pytest.mark.parametrize(("emulated", "words"), [(True, "/emulator/"), (False, "Say hello to the application")])
def test_a_quiet_day_leads_to_the_phone(settings, emulated, words):
    settings.EMULATED = emulated
    assert words in home("view_conversation", "read_conversation")
