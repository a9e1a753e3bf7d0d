"""The steps of a campaign: by right and state, with what is approved shown as a difference."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from scheduling.models import Campaign, SendingPolicy
from tests.scheduling.support.campaign_pages import form, page, press, seen
from tests.scheduling.support.campaigns import approve, launch, make_campaign
from tests.support import factories

pytestmark = pytest.mark.django_db
BUTTONS = ("ask", "approve", "send_back", "start", "pause", "resume", "cancel")


@pytest.fixture
def campaign(application, hr) -> Campaign:
    factories.make_member(application, "lisi", name="李四", status="active")
    factories.make_member(application, "wangwu", name="王五", status="left")
    return make_campaign("三点开会")


def state(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    return str(campaign.state)


def buttons(client, campaign: Campaign) -> list[str]:
    html = seen(client, page(campaign))
    return [name for name in BUTTONS if page(campaign, f"{name}_this") in html]


def hash_in(html: str) -> str:
    return str(re.findall(r'name="seen" value="(\w{64})"', html)[0])


def test_each_gets_the_buttons_of_their_rights_and_its_state(campaign, hr, approver):
    assert (buttons(hr, campaign), buttons(approver, campaign)) == (["ask"], [])
    press(hr, campaign, "ask")
    assert (buttons(hr, campaign), buttons(approver, campaign)) == ([], ["approve", "send_back"])
    press(approver, campaign, "approve")
    assert (buttons(hr, campaign), buttons(approver, campaign)) == (["start", "cancel"], [])


def test_a_right_that_is_lacking_is_refused(campaign, hr, approver):
    for client, button in ((hr, "approve"), (hr, "send_back"), (approver, "ask"), (approver, "start")):
        assert press(client, campaign, button).status_code == 403
    assert approver.get(page(campaign, "start")).status_code == 403
    assert approver.post(page(campaign), form()).status_code == 403
    assert state(campaign) == "draft"


def test_what_was_never_approved_is_shown_whole(campaign, hr, approver):
    press(hr, campaign, "ask")
    html = seen(approver, page(campaign, "approve_this"))
    for words in ("This is all of it", "三点开会", "everyone", "1 member gets it", "hr asked on"):
        assert words in html
    press(approver, campaign, "approve", seen=hash_in(html))
    assert state(campaign) == "approved"


def test_afterwards_the_difference_is_shown_old_and_new(campaign, hr, approver):
    approve(campaign)
    hr.post(page(campaign), form(a_zh_text="四点开会"))
    press(hr, campaign, "ask")
    html = seen(approver, page(campaign, "approve_this"))
    table = html.partition("<tbody>")[2].partition("</tbody>")[0]
    assert re.findall(r"<td[^>]*>(.*?)</td>", table) == ["三点开会", "四点开会"]


def test_what_was_changed_meanwhile_is_not_approved(campaign, hr, approver):
    press(hr, campaign, "ask")
    looked_at = hash_in(seen(approver, page(campaign, "approve_this")))
    hr.post(page(campaign), form(a_zh_text="四点开会"))
    press(hr, campaign, "ask")
    press(approver, campaign, "approve", seen=looked_at)
    assert state(campaign) == "waiting"
    assert "was changed since you looked" in seen(approver, page(campaign))


def test_sent_back_the_writer_reads_why(campaign, hr, approver):
    press(hr, campaign, "ask")
    press(approver, campaign, "send_back", why="")
    assert state(campaign) == "waiting"
    press(approver, campaign, "send_back", why="请写明地点")
    assert state(campaign) == "draft"
    assert "请写明地点" in seen(hr, page(campaign))


def test_without_an_audience_no_approval_is_asked_for(application, hr):
    campaign = make_campaign(audience={})
    press(hr, campaign, "ask")
    assert state(campaign) == "draft"
    assert "The audience names nobody." in seen(hr, page(campaign))


def test_every_step_is_in_the_history_and_the_log(campaign, hr, approver):
    press(hr, campaign, "ask")
    press(approver, campaign, "approve")
    hr.post(page(campaign, "start"))
    press(hr, campaign, "pause", why="写错了")
    html = seen(hr, page(campaign)).partition('data-testid="history"')[2]
    assert "写错了" in html
    assert html.index("paused") < html.index("running") < html.index("approved")
    assert LogEntry.objects.filter(object_id=str(campaign.pk), change_message="It was approved.").exists()


def test_a_pause_a_resume_and_a_cancellation_take_their_reason(campaign, hr):
    approve(campaign)
    hr.post(page(campaign, "start"))
    press(hr, campaign, "pause")
    assert state(campaign) == "paused"
    press(hr, campaign, "resume")
    assert state(campaign) == "running"
    press(hr, campaign, "cancel", why="")
    assert state(campaign) == "running"
    press(hr, campaign, "cancel", why="会议取消")
    assert state(campaign) == "cancelled"
    assert buttons(hr, campaign) == []


def test_a_copy_is_a_draft_with_the_same_words(campaign, hr):
    approve(campaign)
    press(hr, campaign, "copy")
    copy = Campaign.objects.latest("pk")
    assert copy.pk != campaign.pk
    assert (copy.state, copy.approved_hash, copy.audience) == ("draft", "", campaign.audience)
    assert [row.text for row in copy.contents.all()] == ["三点开会"]
    assert campaign.contents.count() == 1
    assert state(campaign) == "approved"


def test_the_start_page_says_who_gets_it_and_who_does_not(campaign, hr, application):
    Campaign.objects.filter(pk=campaign.pk).update(audience={"members": ["lisi", "wangwu", "stranger"]})
    campaign.refresh_from_db()
    approve(campaign)
    html = seen(hr, page(campaign, "start"))
    for words in ("1 member gets it", "李四", "2 members are left out", "has left the company", "王五", "stranger"):
        assert words in html
    assert state(campaign) == "approved"
    hr.post(page(campaign, "start"))
    assert state(campaign) == "running"


def test_the_same_campaign_is_not_started_while_it_runs(campaign, hr):
    launch("三点开会", name="同一个")
    approve(campaign)
    assert "The same campaign is running: 同一个" in seen(hr, page(campaign, "start"))
    hr.post(page(campaign, "start"), {"anyway": "yes"})
    assert state(campaign) == "approved"


def test_the_same_campaign_of_today_is_started_only_on_purpose(campaign, hr):
    other = launch("三点开会", name="同一个")
    other.runs.update(ended_at=other.runs.get().moment, status="done")
    approve(campaign)
    hr.post(page(campaign, "start"))
    assert state(campaign) == "approved"
    hr.post(page(campaign, "start"), {"anyway": "yes"})
    assert state(campaign) == "running"


def test_nothing_is_started_while_sending_is_stopped(campaign, hr, application):
    approve(campaign)
    policy = SendingPolicy.objects.create(corporation=application.corporation)
    policy.stopped_at = campaign.changed_at
    policy.save()
    assert "Sending is stopped" in seen(hr, page(campaign, "start"))
    hr.post(page(campaign, "start"))
    assert state(campaign) == "approved"
