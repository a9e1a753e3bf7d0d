"""Problems on the admin's home: what went wrong, why, and what helps."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.models import Ticket
from openuser.admin.home.home_problems import problems_for
from scheduling import services as scheduling
from scheduling.models import Campaign, CampaignRun
from tests.openuser.support.home_page import home, make_failed, make_unsent
from tests.scheduling.support.campaigns import make_campaign
from tests.support.factories import (
    make_application,
    make_campaign_row,
    make_campaign_run,
    make_member,
    make_outbound,
    make_render,
    make_series_row,
    make_ticket,
)
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


def test_a_campaign_that_was_missed_is_a_problem_and_says_why():
    campaign, now = make_campaign_row(name="晨会", repeats="cron"), timezone.now()
    missed = make_unsent(campaign, now - timedelta(hours=1))
    CampaignRun.objects.filter(pk=missed.pk).update(others_missed=2)
    make_campaign_run(campaign, moment=now - timedelta(days=1), status="done", ended_at=now)
    make_unsent(campaign, now - timedelta(days=4))
    page = home("view_campaignrun")
    assert page.count("Campaign missed") == 1
    assert reverse("admin:scheduling_campaignrun_change", args=[missed.pk]) in page
    for words in ("晨会", "OpenUser was not working when it was due", "2 earlier ones were missed as well"):
        assert words in page
    assert "Campaign missed" not in home("view_render")


def test_one_without_approval_that_a_stop_of_the_server_missed_is_told():
    make_application(is_default=True)
    now = timezone.now()
    campaign = make_campaign(name="晨会", policy="alone", repeats="cron", cron="0 * * * *", missed="skip")
    scheduling.start_campaign(campaign, alone=True, now=now - timedelta(hours=30))
    later = now.replace(minute=30, second=0) - timedelta(hours=1)
    scheduling.sweep_campaigns(now=later)
    (problem,) = problems_for(lambda _right: True, now=later)
    assert (problem.what, problem.words) == ("Campaign missed", "晨会")


@pytest.mark.parametrize(
    ("reason", "what", "remedy"),
    [
        ("expired", "Campaign missed", "Too late to send"),
        ("days_unknown", "Campaign not sent", "let the campaign count Monday to Friday"),
        ("nobody", "Campaign not sent", "None of its members can be reached"),
        ("not_approved", "Campaign not sent", "ask for approval again"),
    ],
)
def test_a_moment_at_which_nothing_was_sent_says_what_helps(reason, what, remedy):
    make_unsent(make_campaign_row(), timezone.now(), reason)
    page = home("view_campaignrun")
    assert what in page
    assert remedy in page


def test_what_a_person_cancelled_is_no_problem():
    make_unsent(make_campaign_row(), timezone.now(), "cancelled")
    assert "Campaign " not in home("view_campaignrun").partition('data-testid="problems"')[2]


def test_a_step_without_members_is_no_problem():
    series = make_series_row(name="入职")
    step = make_campaign_row(series.application, name="第一天", series=series, repeats="series", day=0)
    make_unsent(step, timezone.now(), "nobody")
    assert "第一天" not in home("view_campaignrun")
    make_unsent(step, timezone.now() - timedelta(hours=1))
    assert "入职: 第一天" in home("view_campaignrun")


@pytest.mark.parametrize(
    ("reason", "remedy"), [("errors", "See on its run why messages failed"), ("broken", "Correct its audience")]
)
def test_a_stopped_campaign_is_a_problem_until_it_goes_on(reason, remedy):
    campaign = make_campaign_row(name="年会", state="paused", reason=reason)
    page = home("view_campaignrun")
    assert "Campaign stopped" in page
    assert remedy in page
    assert reverse("admin:scheduling_campaign_change", args=[campaign.pk]) in page
    Campaign.objects.filter(pk=campaign.pk).update(reason="")
    assert "Campaign stopped" not in home("view_campaignrun")
