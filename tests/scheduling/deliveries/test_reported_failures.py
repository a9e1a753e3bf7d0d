"""What people report of campaigns of listmonk, Mautic, AstrBot and others: each failure is a test here."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling import services
from scheduling.business_calendar import parse_cron
from scheduling.exceptions import SchedulingError
from scheduling.models import Batch, CampaignRun, Delivery
from tests.scheduling.support.campaigns import approve, launch, make_campaign, make_person, outcomes, work
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from tests.scheduling.support.series import got, run_days
from tests.scheduling.support.series import launch as launch_series
from tests.support import factories
from tests.wecom.support.deliveries import deliver
from wecom.models import Member, Outbound
from wecom.services import set_facts

pytestmark = pytest.mark.django_db(transaction=True)
DAILY = {"repeats": "cron", "cron": "0 9 * * *", "time_zone": "Asia/Shanghai"}


def test_finished_means_that_each_member_has_an_outcome_with_a_reason(company, staff):
    """listmonk#1762, #2079, #2278, #2591: “finished”, but not sent to all, and nowhere said to whom."""
    Member.objects.filter(user_id=staff[0].user_id).update(status="left")
    factories.make_member(company, "unknown-there", status="active")
    campaign = launch(audience={"members": [*(one.user_id for one in staff), "unknown-there"]})
    work()
    run = campaign.runs.get()
    assert outcomes(campaign) == {"sent": 2, "failed:unreached": 1, "skipped:left": 1}
    assert (run.sent, run.failed, run.left_out) == (2, 1, 1)
    campaign.refresh_from_db()
    assert campaign.state == "finished"


def test_a_retry_is_for_the_failed_alone(company, staff, emulator):
    """listmonk#2616: a button that sends to those once more whom it did not reach."""
    factories.make_member(company, "latecomer", status="active")
    campaign = launch()
    work()
    emulator.api("POST", "members", json={"userid": "latecomer", "name": "latecomer"})
    services.retry_failed(campaign.runs.get())
    work()
    assert outcomes(campaign) == {"sent": 4}
    assert [len(one.texts()) for one in staff] == [1, 1, 1]


def test_pauses_and_doubled_tasks_send_it_to_nobody_twice(company, staff):
    """listmonk#2070, #2313, Mautic#7881, #8802, #9797, AstrBot#7111: several copies to the same people."""
    campaign = launch()
    work(calls=False)
    services.pause_mailing(campaign)
    services.resume_mailing(campaign)
    for _again in range(3):
        services.sweep_campaigns()
        for row in (*CampaignRun.objects.all(), *Batch.objects.all()):
            (services.start_run if isinstance(row, CampaignRun) else services.send_batch)(row.pk)
        for outbound in Outbound.objects.all():
            deliver(outbound)
    work()
    assert [len(one.texts()) for one in staff] == [1, 1, 1]
    assert Delivery.objects.count() == 3


def test_a_moment_that_did_not_run_says_so(application):
    """AstrBot#6087, #7494, #9477: it did not run, and no log said why."""
    factories.make_member(application, "lisi", status="active")
    campaign = launch(missed="skip", now=clock("2026-11-23T12:00"), **DAILY)
    services.sweep_campaigns(now=clock("2026-11-24T15:00"))
    run = campaign.runs.get()
    assert (run.status, run.reason, run.moment) == ("cancelled", "missed", clock("2026-11-24T09:00"))


def test_an_outage_of_a_week_brings_one_message_and_no_flood(company, staff):
    """Mautic#3340: after a pause everything that had piled up went out at once."""
    campaign = launch(missed="once", now=clock("2026-11-23T12:00"), **DAILY)
    back = clock("2026-11-30T15:00")
    services.sweep_campaigns(now=back)
    services.sweep_campaigns(now=back + timedelta(minutes=1))
    assert campaign.runs.exclude(status="cancelled").count() == 1


def test_ten_o_clock_is_ten_where_the_member_is(application):
    """Mautic#2824, #7327: the contact's time zone was not the one that counted."""
    for user_id, zone in (("tokyo", "Asia/Tokyo"), ("home", "")):
        set_facts(factories.make_member(application, user_id, status="active"), {"time_zone": zone or None})
    launch(now=clock("2026-11-23T12:00"), in_member_zone=True, **{**DAILY, "cron": "0 10 * * *"})
    now = clock("2026-11-24T09:00")  # ten in Tokyo
    services.sweep_campaigns(now=now)
    services.start_run(CampaignRun.objects.get().pk, now=now)
    moments = {row.zone: row.moment.astimezone(SHANGHAI).hour for row in Batch.objects.all()}
    assert moments == {"Asia/Tokyo": 9, "Asia/Shanghai": 10}


def test_sunday_is_sunday_however_cron_counts():
    """AstrBot: 0 and 7 are Sunday in cron, and Monday or nothing in libraries."""
    assert parse_cron("0 9 * * 0").weekdays == parse_cron("0 9 * * 7").weekdays == parse_cron("0 9 * * SUN").weekdays
    assert parse_cron("0 9 * * 1").weekdays == {1}


def test_welcome_and_six_more_come_three_days_apart(application):
    """listmonk#206, #2198, #3159: a welcome and six more, three days apart, from the day somebody joins."""
    member = factories.make_member(application, "wangfang", status="active")
    set_facts(member, {"start_date": "2026-12-01"})
    launch_series(*range(0, 21, 3), now="2026-11-30T12:00")
    run_days("2026-12-01", "2026-12-20")
    assert [one.partition(" ")[0] for one in got(member)] == [f"12-{day:02}" for day in range(1, 20, 3)]


def test_the_count_before_is_whom_it_then_reaches(company, staff):
    """Mautic#2307, #4713, #15834, listmonk#2854: no preview, and counts that were wrong."""
    Member.objects.filter(user_id=staff[0].user_id).update(status="disabled")
    campaign = approve(make_campaign("{{name|同事}}，早上好"))
    reach, told = services.campaign_reach(campaign), services.forecast_campaign(campaign)
    services.start_campaign(campaign)
    work()
    assert (reach.count, told.planned, campaign.runs.get().sent) == (2, 2, 2)
    assert Counter(told.left_out) == {"disabled": 1}


def test_nothing_goes_out_that_no_second_person_approved(application, settings):
    """listmonk#3220: no approval before a campaign goes out."""
    campaign, writer = make_campaign(), make_person()
    with pytest.raises(SchedulingError):
        services.start_campaign(campaign)
    services.ask_approval(campaign, by=writer)
    with pytest.raises(SchedulingError):
        services.approve(campaign, by=writer)


def test_the_same_campaign_that_is_under_way_is_told(application):
    """rapidpro#745: a broadcast was sent twice, because nothing showed that the first was under way."""
    factories.make_member(application, "lisi", status="active")
    launch("今天停电")
    services.start_run(CampaignRun.objects.get().pk)
    found = services.forecast_start(approve(make_campaign("今天停电")), now=timezone.now())
    assert found.is_blocked
    assert "running" in " ".join(one.words for one in found.blockers)


def test_no_placeholder_is_delivered_raw(company, staff):
    """useSend#396, postmark.js#171: placeholders that were sent as they were written."""
    Member.objects.filter(user_id=staff[0].user_id).update(name="")
    launch("{{name|同事}}，{{ name }}，{{position|同事}}")
    work()
    assert [one.texts() for one in staff[:1]] == [[]]
    assert not any("{{" in text for one in staff for text in one.texts())
