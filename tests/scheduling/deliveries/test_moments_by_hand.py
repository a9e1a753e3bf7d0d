"""Runs besides the moments of a campaign: sent by hand, missed, and held because nobody knows the working days."""

from typing import Any

import pytest

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignRun
from tests.scheduling.support.campaign_pages import page, person_of, press, seen
from tests.scheduling.support.campaigns import launch, make_campaign, outcomes, work
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from tests.support.factories import make_api, make_member

pytestmark = pytest.mark.django_db
NOW = clock("2026-11-24T12:00")  # a Tuesday
MORNINGS = {"repeats": "cron", "cron": "0 9 * * *", "missed": "skip"}


@pytest.fixture(autouse=True)
def member(application) -> None:
    make_member(application, "lisi", status="active")


def mornings(**fields: Any) -> Campaign:
    return launch("早", now=NOW, **{**MORNINGS, **fields})


def runs(campaign: Campaign) -> list[tuple[str, str, int]]:
    rows = campaign.runs.order_by("moment")
    return [(f"{run.moment.astimezone(SHANGHAI):%m-%d %H:%M}", run.reason, run.others_missed) for run in rows]


def refused(campaign: Campaign) -> str:
    with pytest.raises(SchedulingError) as caught:
        services.run_campaign_now(campaign, now=NOW)
    assert caught.value.remedy
    return str(caught.value.code)


def test_by_hand_it_goes_out_once_more_and_goes_on():
    campaign, person = mornings(), person_of("operator")
    run = services.run_campaign_now(campaign, now=NOW)
    work(NOW, calls=False)
    campaign.refresh_from_db()
    assert (run.by_hand, run.moment, campaign.next_at) == (True, NOW, clock("2026-11-25T09:00"))
    assert outcomes(campaign) == {"planned": 1}
    assert 'data-testid="by-hand"' in seen(person, page(run))


def test_twice_in_a_second_sends_once():
    campaign = mornings()
    first = services.run_campaign_now(campaign, now=NOW.replace(microsecond=1))
    assert services.run_campaign_now(campaign, now=NOW.replace(microsecond=900_000)) == first
    assert campaign.runs.count() == 1


def test_only_what_goes_on_and_repeats_is_sent_by_hand():
    assert refused(make_campaign(**MORNINGS)) == "campaign_state"
    campaign = mornings()
    services.pause_mailing(campaign)
    assert refused(campaign) == "campaign_state"
    assert refused(launch(now=NOW, starts_at=clock("2026-12-24T09:00"))) == "not_repeated"
    assert not CampaignRun.objects.exists()


def test_by_hand_it_goes_to_all_zones_at_once(application):
    far = make_member(application, "far", status="active")
    far.facts.create(key="time_zone", text="America/New_York")
    campaign = mornings(in_member_zone=True)
    run = services.run_campaign_now(campaign, now=NOW)
    work(NOW, calls=False)
    assert {batch.zone for batch in run.batches.all()} == {""}
    assert outcomes(campaign) == {"planned": 2}


def test_the_button_and_the_address_send_it(application):
    campaign = mornings()
    hr, editor = person_of("editor", "operator", name="hr"), person_of("editor")
    button = page(campaign, "run_now_this")
    assert button in seen(hr, page(campaign))
    assert button not in seen(editor, page(campaign))
    press(hr, campaign, "run_now")
    assert campaign.runs.get().by_hand
    assert campaign.changes.get(after="running").by.get_username() == "hr"
    answer = make_api("campaigns:send").post(f"/api/v1/campaigns/{campaign.pk}/run-now/")
    assert (answer.status_code, answer.json()["by_hand"]) == (201, True)
    assert make_api("campaigns:write", name="b").post(f"/api/v1/campaigns/{campaign.pk}/run-now/").status_code == 403
    once = launch(now=NOW, starts_at=clock("2099-12-24T09:00"))
    assert page(once, "run_now_this") not in seen(hr, page(once))


def test_missed_moments_are_one_run_that_counts_them():
    campaign = mornings()
    services.sweep_campaigns(now=clock("2026-11-28T09:30"))
    assert runs(campaign) == [("11-28 09:00", "missed", 3)]
    services.sweep_campaigns(now=clock("2026-11-29T09:00"))
    assert runs(campaign)[1:] == [("11-29 09:00", "", 0)]
    html = seen(person_of("operator"), page(campaign.runs.get(reason="missed")))
    assert "3 earlier moments were missed as well." in html


def test_the_latest_is_sent_late_and_counts_the_others():
    campaign = mornings(missed="once")
    services.sweep_campaigns(now=clock("2026-11-27T12:00"))
    assert runs(campaign) == [("11-27 09:00", "", 2)]


def test_days_after_the_last_one_are_not_missed():
    campaign = mornings(ends_on="2026-11-26")
    services.sweep_campaigns(now=clock("2026-11-29T12:00"))
    assert [others for _at, _why, others in runs(campaign)] in ([], [1])


@pytest.mark.parametrize(("grace", "late", "reason"), [(None, 11, "missed"), (30, 30, ""), (30, 31, "missed")])
def test_how_late_it_is_sent_is_its_own_choice(grace, late, reason):
    campaign = mornings(grace_minutes=grace)
    services.sweep_campaigns(now=clock(f"2026-11-25T09:{late}"))
    assert [why for _at, why, _others in runs(campaign)] == [reason]


def test_a_moment_in_an_unknown_year_leaves_a_run_that_says_so():
    campaign = mornings(days="working", cron="0 9 1 7 *")
    campaign.refresh_from_db()
    unknown = campaign.next_at
    assert unknown is not None
    year = 2026
    while campaign.calendar.knows_year(year):
        services.sweep_campaigns(now=clock(f"{year}-07-01T09:01"))
        year += 1
    services.sweep_campaigns(now=clock(f"{year}-07-01T09:01"))
    assert runs(campaign)[-1] == ("07-01 09:00", "days_unknown", 0)
    campaign.refresh_from_db()
    assert campaign.state in Campaign.ON


def test_monday_to_friday_count_where_that_is_chosen():
    campaign = mornings(days="working", unknown_days="weekdays", cron="0 9 * * *")
    Campaign.objects.filter(pk=campaign.pk).update(watched_from=clock("2090-01-01T08:00"), next_at=NOW)
    services.sweep_campaigns(now=clock("2090-01-02T09:01"))
    assert runs(campaign) == [("01-02 09:00", "", 0)]
