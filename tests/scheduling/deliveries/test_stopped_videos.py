"""Videos of campaigns that nobody waits for any more: every way in which the waiting ends, and what goes on."""

import os
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from avatars import services as avatars
from avatars.models import Render
from avatars.rendering import demand
from avatars.studio.studio import studio
from conversations import services as conversations
from conversations.models import Conversation, PreferenceChange
from conversations.videos.lifecycle import cancel_waiting
from core.work.base import LeaseLost
from scheduling import services
from scheduling.deliveries import batches, run_progress
from scheduling.models import AwaitedVideo, Batch, CampaignRun, Delivery
from tests.avatars.support.child_processes import alive, group_of, wait_until
from tests.avatars.support.rendering import (
    LONG,
    die_at,
    make_human,
    nothing_is_left,
    stage_of,
    working,
)
from tests.scheduling.support import series as series_support
from tests.scheduling.support.campaigns import launch, outcomes, work
from tests.support.factories import make_desk, make_member
from wecom.directory.member_rows import mark_left
from wecom.models import Corporation, Member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
PERSONAL = "{{name}}，早上好。今天三点开会。"


def stop_by_errors(campaign):
    run_progress.stop(campaign.runs.get(), CampaignRun.Reason.ERRORS, now=timezone.now())


def edit_after_approval(campaign):
    """What it sends is not what was approved any more, which its batch finds."""
    campaign.approved_hash = "another"
    campaign.save(update_fields=["approved_hash"])
    Batch.objects.update(due_at=timezone.now())
    work(calls=False)


def expire(_campaign):
    CampaignRun.objects.update(expires_at=timezone.now())
    Batch.objects.update(due_at=timezone.now())
    work(calls=False)
    demand.cancel_all_unwanted()  # as the sweeper does, and each worker of what it makes


def lose_patience(_campaign):
    Batch.objects.update(started_at="2020-01-01T00:00Z", due_at=timezone.now())
    work(calls=False)
    demand.cancel_all_unwanted()


def everybody_leaves(_campaign):
    for member in Member.objects.filter(deliveries__isnull=False):
        mark_left(member)
    Batch.objects.update(due_at=timezone.now())
    work(calls=False)


def everybody_reads(_campaign):
    for member in Member.objects.filter(deliveries__isnull=False):
        conversations.change_preferences(member, prefers_text=True, origin=PreferenceChange.Origin.PAGE)
    work(calls=False)


WAYS = {
    "cancelled": services.cancel_mailing,
    "paused": services.pause_mailing,
    "stopped by errors": stop_by_errors,
    "not as approved": edit_after_approval,
    "all sending stopped": lambda _campaign: services.stop_sending(Corporation.objects.get(), why="演练"),
    "expired": expire,
    "late": lose_patience,
    "members left": everybody_leaves,
    "members read": everybody_reads,
}


def launched(text=PERSONAL):
    """A campaign whose videos are asked for, of which a worker has one in hand."""
    campaign = launch(text, content_type="video")
    work(calls=False)
    running = Render.claim(Render.objects.order_by("pk")[0].pk)
    return campaign, running


def standings():
    return sorted(set(Render.objects.values_list("status", "reason")))


@pytest.mark.parametrize("way", sorted(WAYS))
def test_what_nobody_waits_for_ends_in_the_queue_and_in_hand(way, company, staff):
    campaign, running = launched()
    assert Render.objects.filter(status__in=Render.UNFINISHED).count() == 3
    WAYS[way](campaign)
    assert standings() == [("cancelled", "unwanted")]
    assert demand.standing_of(running) is None, "which its worker asks for all the time"


@pytest.mark.parametrize("end", ["pause_mailing", "cancel_mailing"])
def test_the_videos_of_a_series_end_with_it(end, company, staff):
    for one in staff:
        series_support.give_date(Member.objects.get(user_id=one.user_id), "2026-12-01")
    series = series_support.make_series(0)
    series.steps.update(content_type="video")
    series_support.approve(series)
    services.start_series(series, now=series_support.clock("2026-12-01T08:00"))
    series_support.sweep("2026-12-01T09:00:05")
    assert set(Render.objects.values_list("status", flat=True)) == {"queued"}
    getattr(services, end)(series)
    assert standings() == [("cancelled", "unwanted")]


def test_a_video_that_somebody_else_waits_for_goes_on(company, staff):
    campaign, _running = launched()
    shared, asked, _mine = Render.objects.order_by("pk")
    member = Member.objects.get(user_id=staff[0].user_id)
    with transaction.atomic():
        talk = Conversation.objects.locked(company, member)
        message = conversations.say_video(talk, shared.text, purpose="campaign", cid="c1d")
    Message = type(message)
    Message.objects.filter(pk=message.pk).update(render=shared)
    avatars.request_render(asked.digital_human, asked.text, purpose="campaign", pattern="x")
    Render.objects.filter(pk=asked.pk).update(ends_unwanted=False)  # as one that a program asked for
    services.cancel_mailing(campaign)
    kept = set(Render.objects.filter(status__in=Render.UNFINISHED).values_list("pk", flat=True))
    assert {shared.pk, asked.pk} <= kept
    assert Render.objects.get(pk=_mine.pk).status == "cancelled"


def test_a_member_who_cancels_leaves_the_campaign_its_video(company, staff):
    launch("各位同事，早上好。", content_type="video")
    work(calls=False)
    render = Render.objects.get()
    member = Member.objects.get(user_id=staff[0].user_id)
    with transaction.atomic():
        message = conversations.say_video(
            Conversation.objects.locked(company, member), render.text, purpose="campaign", cid="c1d"
        )
    assert message.render == render
    with transaction.atomic():
        assert cancel_waiting(Conversation.objects.locked(company, member)) == 1
    assert Render.objects.get().status == "queued"


def test_a_campaign_that_goes_on_asks_again_and_for_each_video_once(company, staff, settings, tmp_path):
    campaign, running = launched()
    done = Render.objects.exclude(pk=running.pk).first()
    Render.objects.filter(pk=done.pk).update(status="done", video="v.mp4")
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "v.mp4").write_bytes(b"video")
    services.pause_mailing(campaign)
    Batch.objects.filter(started_at__isnull=False).update(started_at="2020-01-01T00:00Z")  # a long pause
    services.resume_mailing(campaign)
    work(calls=False)
    assert outcomes(campaign) == {"planned": 3}, "it has patience anew"
    found = sorted(Render.objects.values_list("status", flat=True))
    assert found == ["cancelled", "cancelled", "done", "queued", "queued"]
    waited = list(AwaitedVideo.objects.waiting().values_list("render__text", flat=True))
    assert len(waited) == len(set(waited)) == 3
    services.pause_mailing(campaign)
    services.resume_mailing(campaign)
    work(calls=False)
    assert Render.objects.filter(status__in=Render.UNFINISHED).count() == 2


def test_a_worker_that_has_not_seen_the_pause_leaves_no_video_behind(company, staff):
    campaign = launch(PERSONAL, content_type="video")
    for run in CampaignRun.objects.all():
        services.start_run(run.pk)
    batch = Batch.claim(Batch.objects.get().pk)
    batch.run = CampaignRun.objects.select_related("campaign").get()  # as it was before
    services.pause_mailing(campaign)
    with pytest.raises(LeaseLost):
        batches.send(batch, now=timezone.now())
    assert not Render.objects.exists()


@pytest.mark.usefixtures("small_engines")
def test_the_studio_drops_a_video_of_a_cancelled_campaign_at_once(connected, emulator, work_dir):
    make_desk(connected, digital_human=make_human())
    make_member(connected, emulator.hire().user_id, status="active")
    campaign = launch(LONG, content_type="video")
    work(calls=False)
    render = Render.objects.get()
    with working():
        wait_until(lambda: stage_of(render) == Render.Stage.ANIMATING)
        family = group_of(studio(bulk=True).pid)
        began = time.monotonic()
        services.cancel_mailing(campaign)
        wait_until(lambda: not any(alive(pid) for pid in family))
        took = time.monotonic() - began
    assert took < 15, "it would have taken minutes"
    assert nothing_is_left(work_dir)
    render.refresh_from_db()
    assert (render.status, render.reason) == ("cancelled", "unwanted")
    assert Delivery.objects.get().status == "cancelled"
    assert os.listdir(work_dir) == []


CANCEL = "from scheduling import models, services; services.cancel_mailing(models.Campaign.objects.get())"


@pytest.mark.slow
@pytest.mark.usefixtures("small_engines")
def test_deaths_of_worker_and_canceller_leave_no_row_and_no_file(connected, emulator, work_dir, tmp_path):
    make_desk(connected, digital_human=make_human())
    make_member(connected, emulator.hire().user_id, status="active")
    campaign = launch("你好，世界。", content_type="video")
    work(calls=False)
    assert die_at("stage.filming", tmp_path) == 137
    assert list((tmp_path / "work").iterdir())
    assert die_at("campaign.stopping", tmp_path, CANCEL) == 137
    campaign.refresh_from_db()
    assert (campaign.state, Render.objects.get().status) == ("cancelled", "running")
    conversations.release_all()  # as the sweeper does
    assert (Render.objects.get().status, Render.objects.get().reason) == ("cancelled", "unwanted")
    avatars.tidy_disk(now=timezone.now() + timedelta(minutes=2))
    assert list((tmp_path / "work").iterdir()) == []
    assert nothing_is_left(work_dir)
    services.sweep_campaigns()
    assert outcomes(campaign) == {"cancelled:cancelled": 1}
    assert campaign.runs.get().ended_at is not None
