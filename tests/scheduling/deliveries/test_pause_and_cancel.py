"""Pause, resume, cancel, errors: nothing is lost, nothing is doubled, and at most one window goes out meanwhile."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from conversations import services as conversations
from core.work.base import LeaseLost
from scheduling import services
from scheduling.deliveries import batches
from scheduling.models import Batch, CampaignContent, Delivery, SendingPolicy
from tests.scheduling.support.campaigns import approve, launch, make_campaign, outcomes, work
from tests.support import factories
from wecom.models import Application, Member, Outbound

pytestmark = pytest.mark.django_db(transaction=True)


def fill(company, count: int) -> None:
    Member.objects.bulk_create(
        Member(corporation=company.corporation, user_id=f"m{number}", status="active") for number in range(count)
    )


@pytest.mark.databases
def test_a_pause_takes_back_what_was_not_called(company, staff):
    campaign = launch()
    work(calls=False)
    assert Outbound.objects.get().status == "queued"
    services.pause_mailing(campaign, why="写错了")
    assert Outbound.objects.get().status == "cancelled"
    work()
    assert [one.texts() for one in staff] == [[]] * 3
    services.resume_mailing(campaign)
    work()
    assert [len(one.texts()) for one in staff] == [1, 1, 1]
    assert outcomes(campaign) == {"sent": 3}


@pytest.mark.databases
def test_a_batch_that_was_let_go_waits_while_it_is_paused(company, staff):
    campaign = launch()
    services.start_run(campaign.runs.get().pk)
    services.pause_mailing(campaign)
    work()
    assert [one.texts() for one in staff] == [[]] * 3
    assert Batch.objects.get().reason == "paused"
    services.resume_mailing(campaign)
    work()
    assert [len(one.texts()) for one in staff] == [1, 1, 1]


@pytest.mark.databases
def test_a_batch_in_the_hands_of_a_worker_waits_as_well(company, staff):
    campaign = launch()
    services.start_run(campaign.runs.get().pk)
    batch = Batch.claim(Batch.objects.get().pk)
    assert batch.run.campaign.state == "running"  # as the worker has read it
    services.pause_mailing(campaign)
    with pytest.raises(LeaseLost):
        batches.send(batch, now=timezone.now())
    assert not Outbound.objects.exists()
    services.resume_mailing(campaign)
    work()
    assert [len(one.texts()) for one in staff] == [1, 1, 1]


@pytest.mark.databases
def test_personal_words_are_taken_back_and_sent_once(company, staff):
    campaign = launch("{{name}}，你好")
    work(calls=False)
    services.pause_mailing(campaign)
    services.resume_mailing(campaign)
    work()
    assert [one.texts() for one in staff] == [[f"{one.user_id}，你好"] for one in staff]
    assert outcomes(campaign) == {"sent": 3}


@pytest.mark.databases
def test_only_a_window_of_batches_is_on_its_way(company, settings, monkeypatch):
    monkeypatch.setattr("scheduling.content_kinds.content_kind.MOST", 10)
    fill(company, 100)
    settings.SCHEDULING = {**settings.SCHEDULING, "CAMPAIGN_WINDOW": 3}
    campaign = launch()
    work(calls=False)
    assert Outbound.objects.count() == 3
    assert Batch.objects.filter(run__campaign=campaign).count() == 10


def test_an_edit_in_a_pause_reaches_those_who_have_not_got_it(company, staff):
    campaign = launch("三点开会")
    work(calls=False)
    services.pause_mailing(campaign)
    services.save_campaign(campaign, [CampaignContent(text="四点开会")])
    approve(campaign)
    services.start_campaign(campaign)
    work()
    assert [one.texts() for one in staff] == [["四点开会"]] * 3


def test_a_cancelled_campaign_says_so_for_each_member(company, staff):
    campaign = launch()
    work(calls=False)
    services.cancel_mailing(campaign, why="取消")
    work()
    assert outcomes(campaign) == {"cancelled:cancelled": 3}
    assert [one.texts() for one in staff] == [[]] * 3
    assert campaign.runs.get().ended_at is not None


@pytest.mark.databases
def test_a_storm_of_errors_stops_it_once(company, staff, emulator, settings, monkeypatch):
    monkeypatch.setattr("scheduling.content_kinds.content_kind.MOST", 10)
    fill(company, 100)
    settings.SCHEDULING = {**settings.SCHEDULING, "CAMPAIGN_WINDOW": 1}
    campaign = launch()
    work()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason) == ("paused", "errors")
    assert campaign.changes.filter(after="paused").count() == 1
    assert Delivery.objects.filter(status="planned").exists()


def test_the_switch_stops_all_campaigns_and_no_reply(company, staff):
    SendingPolicy.objects.create(corporation=company.corporation, stopped_at=timezone.now())
    campaign = launch()
    work()
    assert [one.texts() for one in staff] == [[]] * 3
    services.allow_sending(company.corporation)
    work()
    assert outcomes(campaign) == {"sent": 3}


def test_quiet_hours_hold_it_until_their_end(company, staff):
    now = timezone.now()
    local = timezone.localtime(now)
    around = {"quiet_from": time(local.hour), "quiet_until": time((local.hour + 2) % 24)}
    SendingPolicy.objects.create(corporation=company.corporation, **around)
    campaign = launch()
    work()
    assert [one.texts() for one in staff] == [[]] * 3
    assert Batch.objects.get().reason == "quiet"
    work(now + timedelta(hours=3))
    assert outcomes(campaign) == {"sent": 3}


@pytest.mark.databases
@pytest.mark.parametrize(("kind", "arrives"), [("optional", 1), ("mandatory", 2)])
def test_a_cap_holds_all_but_mandatory_messages(company, staff, kind, arrives):
    SendingPolicy.objects.create(corporation=company.corporation, daily_cap=1)
    launch("一")
    work()
    campaign = launch("二", message_class=kind)
    work()
    assert [len(one.texts()) for one in staff] == [arrives] * 3
    assert outcomes(campaign) == ({"sent": 3} if arrives == 2 else {"skipped:cap": 3})


@pytest.mark.databases
def test_a_push_never_falls_between_a_question_and_its_answer(company, staff):
    talk = conversations.conversation_with(staff[0].user_id, application=company)
    flow = factories.make_flow()
    conversations.publish(flow)
    flow.refresh_from_db()
    session = conversations.start_flow(talk, flow, cid="c1")
    work()
    asked = len(staff[0].texts())
    campaign = launch()
    work()
    assert [len(one.texts()) for one in staff] == [asked, 1, 1]
    session.status = "completed"
    session.save()
    work(timezone.now() + timedelta(minutes=6))
    assert [len(one.texts()) for one in staff] == [asked + 1, 1, 1]
    assert outcomes(campaign) == {"sent": 3}


def test_an_unreachable_platform_loses_nothing(company, staff, emulator):
    campaign = launch()
    Application.objects.update(api_base_url="http://127.0.0.1:9")
    work(calls=False)
    Application.objects.update(api_base_url=emulator.url)
    work()
    assert outcomes(campaign) == {"sent": 3}
    assert make_campaign().state == "draft"
