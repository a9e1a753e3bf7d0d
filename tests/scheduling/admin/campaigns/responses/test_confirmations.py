"""Who has not confirmed a card: listed, and reminded with a draft for exactly them."""

import pytest
from django.urls import reverse

from scheduling import services
from scheduling.mailings import retry_remind_recall
from scheduling.models import AudienceSheetMember, Campaign, CampaignResponse, Schedule
from tests.scheduling.support.campaign_pages import page, seen
from tests.scheduling.support.campaigns import make_campaign
from tests.support import factories

pytestmark = pytest.mark.django_db
CARD = {"kind": "button_interaction", "title": "考勤制度", "buttons": [{"text": "已阅", "key": "read"}]}


def not_confirmed_page(run) -> str:
    return reverse("admin:scheduling_campaignrun_not_confirmed", args=[run.pk])


@pytest.fixture
def run(application):
    """A policy that two of four members have confirmed, and one did not get."""
    campaign = make_campaign({"card": CARD}, content_type="card", name="制度", message_class="mandatory")
    own = {"card": CARD, "share": 100, "text": ""}
    content = {"content_type": "card", "contents": {"A/zh-hans": own}}
    run = factories.make_campaign_run(campaign=campaign, content=content, planned=4, sent=3, failed=1)
    for user_id, status, key in (
        ("anna", "sent", "read"),
        ("ben", "sent", ""),
        ("chen", "failed", ""),
        ("dora", "degraded", ""),
    ):
        member = factories.make_member(application, user_id, name=user_id.title())
        factories.make_delivery(run, member=member, status=status)
        if key:
            CampaignResponse.objects.create(run=run, member=member, key=key, label="已阅")
    return run


def test_only_those_who_got_it_and_pressed_nothing_are_listed(run, hr):
    assert not_confirmed_page(run) in seen(hr, page(run))
    words = seen(hr, not_confirmed_page(run))
    assert "2 members got it and have not confirmed." in words
    assert "Ben" in words
    assert "Anna" not in words
    assert "Chen" not in words
    lines = b"".join(hr.get(not_confirmed_page(run), {"as": "csv"}).streaming_content).decode("utf-8-sig")
    assert lines.splitlines() == ["User ID,Name", "ben,Ben", "dora,Dora"]


def test_a_reminder_is_a_draft_for_exactly_them(run, hr):
    answer = hr.post(f"{not_confirmed_page(run)}remind/")
    draft = Campaign.objects.latest("pk")
    assert answer.url == page(draft)
    assert (draft.state, draft.name, draft.message_class) == ("draft", "Reminder: 制度", "mandatory")
    assert draft.audience == {"members": ["ben", "dora"]}
    assert draft.contents.get().card["title"] == "提醒：考勤制度"
    assert run.campaign.contents.get().card["title"] == "考勤制度"
    assert services.campaign_problems(draft) == []


def test_a_reminder_takes_no_schedules_place(run):
    Campaign.objects.filter(pk=run.campaign_id).update(replaces=Schedule.objects.create(**Schedule.EMPTY))
    assert services.remind_not_confirmed(run).replaces is None  # its start would cancel the campaign


def test_very_many_are_reminded_by_a_list(run, hr, monkeypatch):
    monkeypatch.setattr(retry_remind_recall, "MOST_MEMBERS", 1)
    draft = services.remind_not_confirmed(run)
    rows = AudienceSheetMember.objects.filter(sheet=draft.audience["sheet"], sheet__kept=True)
    assert list(rows.order_by("line").values_list("user_id", flat=True)) == ["ben", "dora"]


def test_nobody_is_reminded_when_all_have_confirmed(run, hr):
    for delivery in run.deliveries.all():
        CampaignResponse.objects.get_or_create(run=run, member=delivery.member, key="read")
    assert "Everybody who got it has confirmed." in seen(hr, not_confirmed_page(run))
    answer = hr.post(f"{not_confirmed_page(run)}remind/", follow=True)
    assert "There is nobody to remind." in answer.content.decode()


def test_who_writes_no_campaigns_reminds_nobody(run, approver):
    assert "Write a reminder" not in seen(approver, not_confirmed_page(run))
    assert approver.post(f"{not_confirmed_page(run)}remind/").status_code == 403
