"""The moments of a campaign: what is next, and what became due in the meantime."""

from datetime import date, timedelta

import pytest

from scheduling import services
from scheduling.campaigns import moments
from scheduling.models import Campaign, CampaignRun, Delivery, SendingPolicy
from tests.scheduling.support.campaigns import launch, work
from tests.scheduling.support.plain_messages import clock
from tests.support import factories

AT_NINE = {"repeats": "cron", "cron": "0 9 * * *", "time_zone": "Asia/Shanghai"}
MONDAY = clock("2026-11-23T12:00")
EVENING = clock("2026-11-26T20:00")  # after the moments of three days


def run_after_outage(campaign: Campaign) -> list[CampaignRun]:
    """What the sweeper and the workers do once they are back; the runs in the order in which they began."""
    for _sweep in range(5):
        services.sweep_campaigns(now=EVENING)
        for run in CampaignRun.objects.filter(campaign=campaign, status="queued"):
            services.start_run(run.pk, now=EVENING)
    return list(campaign.runs.order_by("pk"))


def days(runs: list[CampaignRun]) -> list[int]:
    return [run.moment.astimezone(run.campaign.zone).day for run in runs]


@pytest.mark.parametrize(("missed", "day"), [("skip", 26), ("once", 26), ("catch_up", 24)])
def test_the_latest_is_handled_or_the_oldest_caught_up_on(missed, day):
    campaign = Campaign(missed=missed, watched_from=MONDAY, **AT_NINE)
    found = moments.due_moment(campaign, EVENING)
    assert found == clock(f"2026-11-{day}T09:00")


def test_no_more_than_a_month_is_caught_up_on():
    campaign = Campaign(missed="catch_up", watched_from=MONDAY - timedelta(days=90), **AT_NINE)
    assert moments.due_moment(campaign, EVENING) == clock("2026-10-27T09:00")


def test_nothing_is_due_after_the_last_day():
    campaign = Campaign(missed="catch_up", watched_from=MONDAY, ends_on=date(2026, 11, 25), **AT_NINE)
    assert moments.due_moment(campaign, EVENING) == clock("2026-11-24T09:00")
    assert moments.next_moment(campaign, EVENING) is None


@pytest.mark.django_db
def test_missed_moments_are_caught_up_on_oldest_first(application):
    factories.make_member(application, "lisi", status="active")
    campaign = launch(missed="catch_up", now=MONDAY, **AT_NINE)
    assert days(run_after_outage(campaign)) == [24, 25, 26]
    campaign.refresh_from_db()
    assert campaign.next_at == clock("2026-11-27T09:00")


@pytest.mark.django_db
def test_what_is_caught_up_on_still_expires(application):
    factories.make_member(application, "lisi", status="active")
    campaign = launch(missed="catch_up", valid_minutes=24 * 60, now=MONDAY, **AT_NINE)
    assert [run.reason for run in run_after_outage(campaign)] == ["expired", "expired", ""]
    campaign.refresh_from_db()
    assert campaign.state == "running"


@pytest.mark.django_db
def test_what_is_caught_up_on_counts_for_the_weekly_cap(application):
    SendingPolicy.objects.create(corporation=application.corporation, weekly_cap=2)
    factories.make_member(application, "lisi", status="active")
    runs = run_after_outage(launch(missed="catch_up", now=MONDAY, **AT_NINE))
    found = [Delivery.objects.get(run=run).reason for run in runs]
    assert found == ["", "", "cap"]


@pytest.mark.django_db
def test_a_moment_that_expired_does_not_end_a_run_before_it(application):
    factories.make_member(application, "lisi", status="active")
    campaign = launch(missed="skip", now=MONDAY, ends_on=date(2026, 11, 26), **AT_NINE)
    services.sweep_campaigns(now=clock("2026-11-24T09:00"))
    services.sweep_campaigns(now=EVENING)
    campaign.refresh_from_db()
    assert [run.reason for run in campaign.runs.all()] == ["missed", ""]
    assert campaign.state == "running"


@pytest.mark.django_db
def test_on_working_days_it_waits_for_the_table_of_the_next_year(application):
    services.import_days(application.corporation, services.read_day_list("2089-01-01 休"))
    factories.make_member(application, "zhangsan")
    campaign = launch(now=clock("2089-12-30T08:00"), days="working", **AT_NINE)
    services.sweep_campaigns(now=clock("2089-12-30T09:00"))
    work(now=clock("2089-12-30T09:00"))
    services.sweep_campaigns(now=clock("2090-01-05T09:00"))
    campaign.refresh_from_db()
    reasons = campaign.runs.order_by("moment").values_list("reason", flat=True)
    assert (campaign.may_go_on, list(reasons)) == (True, ["", "days_unknown"])
    services.import_days(application.corporation, services.read_day_list("2090-01-01 休"))
    services.sweep_campaigns(now=clock("2090-01-06T09:00"))
    assert campaign.runs.latest("pk").moment == clock("2090-01-06T09:00")
