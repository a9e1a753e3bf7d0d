"""The steps of a campaign: by right and state, with what is approved shown as a difference."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from scheduling import services
from scheduling.models import Campaign, CampaignRun, Schedule, SendingPolicy
from tests.scheduling.support.campaign_pages import LIST, form, page, person_of, press, seen
from tests.scheduling.support.campaigns import approve, launch, make_campaign
from tests.support import factories
from tests.support.model_rows import make_row

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


# ---- without approval


def choose(client, action: str, *campaigns: Campaign, **fields):
    data = {"action": action, "_selected_action": [one.pk for one in campaigns], **fields}
    return client.post(LIST, data, follow=True).content.decode()


@pytest.fixture
def repeated(application) -> list[Campaign]:
    """Two that are on, started by one person alone."""
    factories.make_member(application, "lisi", name="李四", status="active")
    fields = {"policy": "alone", "repeats": "cron", "cron": "0 9 * * 1"}
    rows = [make_campaign("早上好", name=name, **fields) for name in ("晨会", "周报")]
    return [services.start_campaign(row, alone=True) for row in rows]


def test_several_are_paused_and_resumed_from_the_list(repeated, hr):
    assert "2 campaigns are paused." in choose(hr, "pause", *repeated)
    assert {state(one) for one in repeated} == {"paused"}
    assert "2 campaigns go on." in choose(hr, "resume", *repeated)
    assert {state(one) for one in repeated} == {"scheduled"}
    assert [one.by.username for one in repeated[0].changes.all()[:2]] == ["hr", "hr"]


def test_what_cannot_be_paused_is_named_and_the_others_are(repeated, hr):
    draft = make_campaign(name="草稿")
    html = choose(hr, "pause", draft, *repeated)
    assert "草稿: A campaign that is “draft” cannot become “paused”." in html
    assert "2 campaigns are paused." in html


def test_several_are_sent_now_once_the_page_was_confirmed(repeated, hr):
    asked = choose(hr, "run_now", *repeated)
    assert asked.count("1 member gets it") == 2
    assert "李四" in asked
    assert not CampaignRun.objects.exists()
    assert "2 campaigns are sent now." in choose(hr, "run_now", *repeated, confirmed="yes")
    assert CampaignRun.objects.filter(by_hand=True).count() == 2


def test_the_dialog_of_a_run_tells_who_gets_it(repeated, hr):
    assert "1 member gets it" in seen(hr, page(repeated[0], "run_now_this"))


def test_who_may_not_send_has_no_actions_for_several(repeated, approver):
    for action in ("pause", "run_now"):
        choose(approver, action, *repeated, confirmed="yes")
    assert {state(one) for one in repeated} == {"scheduled"}
    assert not CampaignRun.objects.exists()


def test_a_start_is_asked_for_and_sent_back_by_who_may_start(application):
    editor, operator = person_of("editor"), person_of("operator")
    campaign = make_campaign(policy="alone")
    html = seen(editor, page(campaign))
    assert page(campaign, "ask_start_this") in html
    assert page(campaign, "ask_this") not in html
    press(editor, campaign, "ask_start")
    assert state(campaign) == "waiting"
    assert "waits to be started" in seen(operator, LIST)
    assert page(campaign, "send_back_this") in seen(operator, page(campaign))
    assert press(editor, campaign, "send_back", why="x").status_code == 403
    press(operator, campaign, "send_back", why="明天放假。")
    assert state(campaign) == "draft"
    assert "明天放假。" in seen(editor, page(campaign))


def test_who_starts_alone_sends_back_nothing_that_others_approve(campaign, hr):
    press(hr, campaign, "ask")
    assert page(campaign, "send_back_this") not in seen(hr, page(campaign))
    assert press(hr, campaign, "send_back", why="x").status_code == 403


def test_a_copy_takes_no_schedules_place(campaign, hr):
    Campaign.objects.filter(pk=campaign.pk).update(replaces=make_row(Schedule))
    press(hr, campaign, "copy")
    assert Campaign.objects.latest("pk").replaces is None
