"""Campaigns against the emulator: each person gets it exactly once, and each has an outcome with a reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from openuser.models import WebhookDelivery, WebhookEndpoint
from scheduling import services
from scheduling.models import Batch, CampaignRun, Delivery
from tests.scheduling.support.campaigns import launch, outcomes, reason_of, work
from tests.scheduling.support.plain_messages import clock
from tests.support import factories
from wecom.models import BroadcastReservation, Member, Outbound, SendReservation
from wecom.services import set_facts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.databases
def test_equal_words_are_one_call_for_all(company, staff, emulator):
    campaign = launch("各位同事：下午三点开会。")
    work()
    assert [one.texts() for one in staff] == [["各位同事：下午三点开会。"]] * 3
    assert emulator.calls("message/send") == 1
    assert outcomes(campaign) == {"sent": 3}
    campaign.refresh_from_db()
    assert campaign.state == "finished"
    run = campaign.runs.get()
    assert (run.planned, run.sent, run.failed, run.left_out) == (3, 3, 0, 0)


@pytest.mark.databases
def test_everybody_is_called_by_their_own_name(company, staff, emulator):
    Member.objects.filter(user_id=staff[0].user_id).update(name="")
    launch("{{name|同事}}，你好")
    work()
    names = ["同事", staff[1].user_id, staff[2].user_id]
    assert [one.texts() for one in staff] == [[f"{name}，你好"] for name in names]


def test_without_a_value_and_a_default_nothing_is_sent(company, staff):
    Member.objects.filter(user_id=staff[0].user_id).update(name="")
    campaign = launch("{{name}}，你好")
    work()
    assert staff[0].texts() == []
    assert outcomes(campaign) == {"sent": 2, "skipped:no_value": 1}


@pytest.mark.parametrize("status", ["left", "not_activated", "disabled"])
def test_a_member_whom_nothing_reaches_is_left_out(company, staff, status):
    Member.objects.filter(user_id=staff[0].user_id).update(status=status)
    campaign = launch(audience={"members": [one.user_id for one in staff]})
    work()
    assert outcomes(campaign) == {"sent": 2, f"skipped:{status}": 1}


def test_a_member_outside_the_visible_range_is_left_out(company, staff):
    hidden = Member.objects.get(user_id=staff[0].user_id)
    company.application_members.create(member=hidden, in_range=False)
    campaign = launch()
    work()
    assert reason_of(campaign, hidden.user_id) == "out_of_range"


@pytest.mark.databases
@pytest.mark.parametrize("why", ["left", "out_of_range"])
def test_a_member_who_goes_midway_is_skipped(company, staff, why):
    campaign = launch()
    services.start_run(campaign.runs.get().pk)
    gone = Member.objects.get(user_id=staff[0].user_id)
    if why == "left":
        Member.objects.filter(pk=gone.pk).update(status="left")
    else:
        company.application_members.create(member=gone, in_range=False)
    work()
    assert outcomes(campaign) == {"sent": 2, f"skipped:{why}": 1}
    assert staff[0].texts() == []
    run = campaign.runs.get()
    assert (run.planned, run.sent, run.left_out) == (2, 2, 1)


def test_a_run_of_which_all_have_gone_ends(company, staff):
    campaign = launch()
    services.start_run(campaign.runs.get().pk)
    Member.objects.update(status="left")
    work()
    campaign.refresh_from_db()
    assert (campaign.state, outcomes(campaign)) == ("finished", {"skipped:left": 3})


def test_a_campaign_is_counted_in_one_row(company, staff):
    launch("{{name|同事}}，你好")
    work()
    assert (BroadcastReservation.objects.count(), SendReservation.objects.count()) == (1, 0)


@pytest.mark.databases
def test_whom_the_platform_refuses_has_that_reason(company, staff):
    stranger = factories.make_member(company, "nobody-there", status="active")
    campaign = launch()
    work()
    assert outcomes(campaign) == {"sent": 3, "failed:unreached": 1}
    assert reason_of(campaign, stranger.user_id) == "unreached"
    assert CampaignRun.objects.get().failed == 1


def test_a_webhook_hears_whom_a_call_reached(company, staff):
    WebhookEndpoint.objects.create(name="OA", url="https://example.com/", events=["delivery.settled"])
    factories.make_member(company, "nobody-there", status="active")
    launch()
    work()
    told = WebhookDelivery.objects.get().parsed["data"]
    assert set(told["user_ids"]) == {"nobody-there", *(one.user_id for one in staff)}
    assert (told["sent"], told["failed"], told["unreached"]) == (3, 1, ["nobody-there"])
    assert Outbound.objects.get(pk=told["outbound"]).msgid == told["msgid"] != ""


def test_each_member_reads_their_own_language(company, staff):
    Member.objects.filter(user_id=staff[0].user_id).update(language="en")
    launch({"text": "早上好"}, {"text": "Good morning", "language": "en"})
    work()
    assert [one.texts()[0] for one in staff] == ["Good morning", "早上好", "早上好"]


@pytest.mark.databases
def test_two_variants_share_the_members_and_stay_with_them(company, emulator):
    people = [factories.make_member(company, f"v{number}", status="active") for number in range(60)]
    sizes = []
    for _again in range(2):
        campaign = launch({"text": "甲", "share": 70}, {"text": "乙", "variant": "B", "share": 30})
        work(calls=False)
        run = campaign.runs.get()
        batches = {batch.number: batch.variant for batch in Batch.objects.filter(run=run)}
        chosen = {row.member_id: batches[row.batch] for row in Delivery.objects.filter(run=run)}
        sizes.append(sum(one == "B" for one in chosen.values()))
        assert set(chosen) == {one.pk for one in people}
    assert all(8 <= size <= 28 for size in sizes)


@pytest.mark.databases
def test_woken_twice_nothing_is_said_twice(company, staff):
    campaign = launch()
    for _again in range(3):
        services.sweep_campaigns()
        for run in CampaignRun.objects.all():
            services.start_run(run.pk)
        for batch in Batch.objects.all():
            services.send_batch(batch.pk)
    work()
    assert [len(one.texts()) for one in staff] == [1, 1, 1]
    assert campaign.runs.count() == 1


def test_nobody_in_the_audience_ends_the_run_with_that_reason(company):
    campaign = launch(audience={"members": ["stranger"]})
    work()
    assert campaign.runs.get().reason == "nobody"
    campaign.refresh_from_db()
    assert campaign.state == "finished"


def test_what_has_expired_is_not_sent_any_more(company, staff):
    now = timezone.now()
    campaign = launch("早上好", valid_minutes=30, now=now)
    for run in CampaignRun.objects.all():
        services.start_run(run.pk, now=now)
    work(now + timedelta(minutes=31))
    assert outcomes(campaign) == {"expired:expired": 3}
    assert staff[0].texts() == []
    assert not Outbound.objects.exists()


@pytest.mark.databases
def test_a_fact_fills_a_variable_and_who_lacks_it_is_left_out(company, staff):
    members = {one.user_id: Member.objects.get(user_id=one.user_id) for one in staff}
    for one in staff:
        set_facts(members[one.user_id], {"start_date": "2026-09-01", "birthday": "1988-03-07"})
    set_facts(members[staff[0].user_id], {"city": "上海"})
    campaign = launch("你好{{city}}，{{start_date}}入职")
    work()
    assert outcomes(campaign) == {"sent": 1, "skipped:no_value": 2}
    assert staff[0].texts() == ["你好上海，2026年9月1日入职"]


def test_a_run_is_named_by_the_moment_in_its_own_zone(company):
    campaign = launch(now=clock("2026-12-01T09:00"), time_zone="Asia/Shanghai")
    assert str(campaign.runs.get()) == "通知 · 2026-12-01 09:00"


def test_an_audience_that_can_have_nobody_ends_the_run(company):
    campaign = launch(audience={"tags": [404]})
    work()
    assert campaign.runs.get().reason == "nobody"
