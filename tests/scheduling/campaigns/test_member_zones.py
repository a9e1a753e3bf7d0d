"""Campaigns in each member's own time: ten o'clock is ten o'clock where the member is."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling import services
from scheduling.campaigns.member_zones import clocks_of, first_due
from scheduling.models import Batch, Campaign, CampaignRun, Delivery, SendingPolicy
from tests.scheduling.support.campaigns import launch, make_campaign, outcomes, reason_of
from tests.scheduling.support.plain_messages import clock
from tests.support import factories
from wecom.services import set_facts

pytestmark = pytest.mark.django_db

PLACES = {"zhang": "", "sato": "Asia/Tokyo", "smith": "Europe/London", "jones": "America/New_York"}
AT_TEN = {"repeats": "cron", "cron": "0 10 * * *", "time_zone": "Asia/Shanghai", "in_member_zone": True}
BEFORE = clock("2026-11-24T08:30")  # half past nine in Tokyo
TEN = {  # ten o'clock on 24 November
    "sato": clock("2026-11-24T09:00"),
    "zhang": clock("2026-11-24T10:00"),
    "smith": clock("2026-11-24T18:00"),
    "jones": clock("2026-11-24T23:00"),
}


@pytest.fixture
def world(application):
    for user_id, zone in PLACES.items():
        set_facts(factories.make_member(application, user_id, status="active"), {"time_zone": zone})
    return application


def tick(now: datetime) -> None:
    """What the sweeper and the workers do at a moment."""
    services.sweep_campaigns(now=now)
    for model, function in ((CampaignRun, services.start_run), (Batch, services.send_batch)):
        for pk in list(model.work_rows().claimable(now).values_list("pk", flat=True)):
            function(pk, now=now)


def gone_to(campaign: Campaign) -> set[str]:
    """Whose batch has gone out."""
    done = Batch.objects.filter(run__campaign=campaign, status="done")
    rows = Delivery.objects.filter(run__campaign=campaign, batch__in=done.values("number"))
    return set(rows.values_list("member__user_id", flat=True))


def test_each_clock_comes_to_the_moment_by_itself(world):
    campaign = Campaign(application=world, **AT_TEN)
    clocks = clocks_of(campaign, clock("2026-11-24T10:00"))
    assert [(one.zone.key, one.at) for one in clocks] == [
        ("Asia/Tokyo", TEN["sato"]),
        ("Asia/Shanghai", TEN["zhang"]),
        ("Europe/London", TEN["smith"]),
        ("America/New_York", TEN["jones"]),
    ]
    summer = clocks_of(campaign, clock("2026-06-24T10:00"))
    assert summer[2].at == clock("2026-06-24T17:00")


def test_a_zone_that_does_not_exist_any_more_is_the_campaigns(world):
    world.corporation.members.get(user_id="smith").facts.update(text="Europe/Atlantis")
    keys = {one.zone.key for one in clocks_of(Campaign(application=world, **AT_TEN), BEFORE)}
    assert keys == {"Asia/Tokyo", "Asia/Shanghai", "America/New_York"}
    campaign = launch(now=BEFORE, **AT_TEN)
    tick(TEN["zhang"])
    assert gone_to(campaign) == {"sato", "zhang", "smith"}


def test_everybody_gets_it_at_ten_o_clock_of_their_own(world):
    campaign = launch(now=BEFORE, **AT_TEN)
    assert campaign.next_at == TEN["sato"]
    gone: set[str] = set()
    for user_id, moment in TEN.items():
        tick(moment - timedelta(seconds=1))
        assert gone_to(campaign) == gone
        tick(moment)
        gone.add(user_id)
        assert gone_to(campaign) == gone
    assert campaign.runs.count() == 1


def test_the_next_day_begins_in_the_first_zone_again(world):
    campaign = launch(now=BEFORE, **AT_TEN)
    tick(TEN["sato"])
    campaign.refresh_from_db()
    assert campaign.next_at == TEN["sato"] + timedelta(days=1)
    tick(TEN["sato"] + timedelta(days=1))
    days = [run.moment.astimezone(campaign.zone).day for run in campaign.runs.order_by("moment")]
    assert days == [24, 25]


def test_one_that_goes_out_once_begins_in_the_first_zone(world):
    moment = {"starts_at": clock("2026-11-24T10:00"), "in_member_zone": True, "time_zone": "Asia/Shanghai"}
    campaign = launch(now=BEFORE, **moment)
    tick(TEN["sato"])
    assert gone_to(campaign) == {"sato"}
    assert campaign.runs.get().moment == TEN["zhang"]


def test_without_a_clock_it_goes_to_all_at_once(world):
    campaign = launch(now=BEFORE, in_member_zone=True)
    tick(BEFORE)
    assert gone_to(campaign) == set(PLACES)


def test_quiet_hours_hold_those_for_whom_it_is_night(world, settings):
    settings.SCHEDULING = {**settings.SCHEDULING, "CAMPAIGN_WINDOW": 1}
    SendingPolicy.objects.create(corporation=world.corporation, quiet_from=time(21), quiet_until=time(8))
    campaign = launch(now=BEFORE, in_member_zone=True)
    tick(BEFORE)  # half past midnight in London, half past seven in the evening in New York
    assert gone_to(campaign) == set(PLACES) - {"smith"}
    held = Batch.objects.get(reason="quiet")
    assert held.due_at == datetime(2026, 11, 24, 8, tzinfo=ZoneInfo("Europe/London"))


def test_it_expires_for_each_after_their_own_moment(world):
    campaign = launch(now=BEFORE, valid_minutes=60, **AT_TEN)
    tick(TEN["sato"])
    ends = {batch.zone: batch.expires_at for batch in Batch.objects.all()}
    assert ends["America/New_York"] == TEN["jones"] + timedelta(hours=1)
    tick(TEN["smith"])
    tick(TEN["jones"])
    assert outcomes(campaign) == {"planned": 3, "expired:expired": 1}  # Shanghai was looked at hours late


@pytest.mark.parametrize(
    ("fields", "reason"), [({"missed": "skip"}, "missed"), ({"valid_minutes": 60}, "expired"), ({}, "")]
)
def test_after_an_outage_only_those_are_left_out_whose_hour_has_passed(world, fields, reason):
    campaign = launch(now=BEFORE, **{**AT_TEN, **fields})
    tick(TEN["smith"])
    assert {user_id: reason_of(campaign, user_id) for user_id in PLACES} == {
        "sato": reason,
        "zhang": reason,
        "smith": "",
        "jones": "",
    }


def test_all_missed_moments_are_caught_up_on_in_order(world):
    campaign = launch(now=BEFORE, missed="catch_up", **AT_TEN)
    later = TEN["sato"] + timedelta(days=2)
    for _sweep in range(4):
        tick(later)
    runs = campaign.runs.order_by("pk")
    assert [run.moment.astimezone(campaign.zone).day for run in runs] == [24, 25, 26]


def test_the_forecast_counts_the_members_of_each_zone(world):
    campaign = make_campaign(**AT_TEN)
    found = services.forecast_campaign(campaign, now=BEFORE)
    assert found.zones == {"Asia/Shanghai": 1, "Asia/Tokyo": 1, "Europe/London": 1, "America/New_York": 1}
    starts = services.forecast_start(campaign, now=BEFORE)
    assert (starts.starts_at, len(starts.zones)) == (TEN["sato"], 4)
    assert first_due(campaign, TEN["zhang"]) == TEN["sato"]


def test_the_forecast_names_who_is_moved_and_who_is_left_out(world):
    moment = {"starts_at": TEN["zhang"], "in_member_zone": True, "time_zone": "Asia/Shanghai"}
    campaign = make_campaign(**moment, window_from=time(10, 10), window_until=time(12), valid_minutes=30)
    starts = services.forecast_start(campaign, now=clock("2026-11-24T09:35"))
    found = {one.zone: (one.listed, one.held != "", one.expires_before) for one in starts.zones}
    assert found["Asia/Tokyo"] == ("sato", False, True)
    assert found["Asia/Shanghai"] == ("zhang", True, False)


def test_languages_and_variants_are_batches_of_each_zone(world):
    words = [{"text": "甲", "share": 50}, {"text": "乙", "share": 50, "variant": "B"}, {"text": "A", "language": "en"}]
    words[2]["share"] = 50
    world.corporation.members.filter(user_id__in=("smith", "jones")).update(language="en")
    campaign = launch(*words, now=BEFORE, **AT_TEN)
    tick(TEN["sato"])
    rows = Delivery.objects.filter(run__campaign=campaign).select_related("member")
    batches = {batch.number: batch for batch in Batch.objects.all()}
    assert {row.member.user_id: batches[row.batch].zone or "" for row in rows} == {
        **PLACES,
        "zhang": "Asia/Shanghai",
    }
    english = {row.member.user_id for row in rows if batches[row.batch].language == "en"}
    assert english <= {"smith", "jones"}
