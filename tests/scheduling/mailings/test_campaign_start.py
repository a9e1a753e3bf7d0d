"""The life of a campaign: three rights, an approval of exactly this, and steps with who, when and why."""

import pytest

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import CampaignChange, CampaignContent
from tests.scheduling.support.campaigns import approve, launch, make_campaign, make_person, outcomes, work
from tests.scheduling.support.plain_messages import clock

pytestmark = pytest.mark.django_db


def refused(step, *args, **options) -> str:
    with pytest.raises(SchedulingError) as caught:
        step(*args, **options)
    assert caught.value.remedy
    return caught.value.code


def test_every_step_keeps_who_when_and_why(application):
    writer, approver = make_person(), make_person()
    campaign = make_campaign()
    services.ask_approval(campaign, by=writer)
    services.send_back_mailing(campaign, by=approver, why="请把时间写清楚")
    services.ask_approval(campaign, by=writer)
    services.approve(campaign, by=approver)
    steps = list(campaign.changes.order_by("pk").values_list("before", "after", "by", "why"))
    assert steps == [
        ("draft", "draft", None, ""),
        ("draft", "waiting", writer.pk, ""),
        ("waiting", "draft", approver.pk, "请把时间写清楚"),
        ("draft", "waiting", writer.pk, ""),
        ("waiting", "approved", approver.pk, ""),
    ]


def test_nobody_approves_their_own_campaign(application, settings):
    campaign, writer = make_campaign(), make_person()
    services.ask_approval(campaign, by=writer)
    assert refused(services.approve, campaign, by=writer) == "own_approval"
    settings.SCHEDULING = {**settings.SCHEDULING, "APPROVE_OWN_CAMPAIGNS": True}
    assert services.approve(campaign, by=writer).state == "approved"


@pytest.mark.parametrize(
    "edit", [{"text": "改了一个逗号，"}, {"audience": {"members": ["lisi"]}}, {"starts_at": clock("2026-12-24T09:00")}]
)
def test_any_edit_voids_the_approval(application, edit):
    campaign = approve(make_campaign("改了一个逗号"))
    contents = [CampaignContent(text=edit.pop("text"))] if "text" in edit else None
    for name, value in edit.items():
        setattr(campaign, name, value)
    services.save_campaign(campaign, contents, by=make_person())
    assert (campaign.state, campaign.approved_hash) == ("draft", "")
    assert services.changed_since_approval(campaign)
    assert refused(services.start_campaign, campaign) == "not_approved"


def test_a_new_name_is_no_edit(application):
    campaign = approve(make_campaign())
    campaign.name = "另一个名字"
    assert services.save_campaign(campaign).state == "approved"


def test_the_approver_sees_the_difference_and_not_the_whole(application):
    campaign = approve(make_campaign("三点开会"))
    services.save_campaign(campaign, [CampaignContent(text="四点开会")])
    (difference,) = services.changed_since_approval(campaign)
    assert (difference.path, difference.before, difference.after) == (
        "contents.A/zh-hans.text",
        "三点开会",
        "四点开会",
    )


def test_what_changed_while_it_was_looked_at_is_not_approved(application):
    campaign = make_campaign()
    services.ask_approval(campaign, by=make_person())
    assert refused(services.approve, campaign, by=make_person(), seen="0" * 64) == "campaign_changed"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"text": " "}, "empty"),
        ({"text": "{{nickname}}，你好"}, "variable_unknown"),
        ({"text": "{{name，你好"}, "braces"),
        ({"text": "长" * 683}, "too_long"),
        ({"text": "好", "share": 60}, "shares"),
    ],
)
def test_a_draft_with_errors_is_saved_and_not_approved(application, content, code):
    campaign = make_campaign(content)
    assert code in [problem.code for problem in services.campaign_problems(campaign)]
    assert refused(services.ask_approval, campaign) == code
    assert campaign.state == "draft"


def test_a_cron_line_that_never_comes_is_told(application):
    campaign = make_campaign(repeats="cron", cron="0 9 30 2 *")
    assert [problem.field for problem in services.campaign_problems(campaign)] == ["cron"]


def test_what_runs_is_not_edited(application):
    campaign = launch()
    campaign.name = "别的"
    assert refused(services.save_campaign, campaign) == "campaign_state"


def test_working_days_fire_on_make_up_days_and_not_on_holidays(application):
    begin = clock("2026-09-19T12:00")
    campaign = launch(repeats="cron", cron="0 9 * * *", days="working", now=begin)
    days = []
    for day in range(20, 41):
        now = clock(f"2026-{9 + (day > 30):02}-{day - 30 * (day > 30):02}T09:00:05")
        days += [f"{now.astimezone(campaign.zone):%m-%d}" for _run in range(services.sweep_campaigns(now=now))]
        work(now, calls=False)
        campaign.refresh_from_db()
    assert {"09-20", "10-10"} <= set(days)
    assert not {"09-25", "09-26", "09-27", *(f"10-{day:02}" for day in range(1, 8))} & set(days)


def test_a_step_that_cannot_be_is_refused_and_leaves_no_row(application):
    campaign = make_campaign()
    assert refused(services.pause_mailing, campaign) == "campaign_state"
    assert refused(services.start_campaign, campaign) == "not_approved"
    assert not CampaignChange.objects.exclude(wrote=True).exists()
    assert outcomes(campaign) == {}
