"""The video of nine o'clock is made before nine, under a moved clock."""

from collections.abc import Callable
from typing import Any

import pytest

from avatars.models import Render
from avatars.rendering import demand
from conversations.models import PreferenceChange
from conversations.services import change_preferences
from scheduling import services
from scheduling.models import AwaitedVideo, Batch, Campaign, CampaignContent
from tests.scheduling.support.campaigns import launch, work
from tests.scheduling.support.plain_messages import clock
from tests.support.factories import make_digital_human, make_member

pytestmark = pytest.mark.django_db
NOW, NINE = clock("2026-11-24T12:00"), clock("2026-11-25T09:00")
MORNINGS = {"repeats": "cron", "cron": "0 9 * * *", "content_type": "video"}


@pytest.fixture(autouse=True)
def member(application) -> Any:
    return make_member(application, "lisi", name="李四", status="active")


def mornings(*texts: Any, **fields: Any) -> Campaign:
    return launch(*texts, now=NOW, **{**MORNINGS, **fields})


def sweep(at: str) -> None:
    services.sweep_campaigns(now=clock(f"2026-11-25T{at}"))


def made() -> list[tuple[str, str]]:
    return sorted(Render.objects.values_list("text", "status"))


def test_it_is_begun_some_minutes_before_its_moment_and_once():
    campaign = mornings()
    sweep("08:30")
    assert made() == []
    sweep("08:46")
    sweep("08:47")
    campaign.refresh_from_db()
    assert (made(), campaign.ahead_for) == ([("早上好", "queued")], NINE)
    assert not campaign.runs.exists()


def test_what_takes_long_is_begun_earlier():
    # Of twelve minutes each were the videos that were made here last.
    for number in range(5):
        human = make_digital_human(name=f"h{number}")
        done = {"status": "done", "took_seconds": 720, "content_hash": str(number)}
        Render.objects.create(digital_human=human, text="早上好", mode="lipsync", **done)
    mornings({"text": "早上好", "mode": "lipsync"})
    sweep("08:30")
    assert not Render.objects.filter(status="queued").exists()
    sweep("08:40")
    assert Render.objects.filter(status="queued").count() == 1


def test_the_moment_finds_it_made_and_sends_it_at_once():
    campaign = mornings()
    sweep("08:46")
    Render.objects.update(status="done", progress=100)
    sweep("09:00")
    work(NINE, calls=False)
    batch = Batch.objects.get(run__campaign=campaign)
    assert (list(batch.renders.values()), batch.reason) != ([], "rendering")
    assert Render.objects.count() == 1


def test_one_that_failed_is_asked_for_again_by_its_moment():
    mornings()
    sweep("08:46")
    Render.objects.update(status="failed", reason="engine")
    sweep("09:00")
    work(NINE, calls=False)
    assert made() == [("早上好", "failed"), ("早上好", "queued")]


def test_each_member_has_their_own_words_ahead(application):
    make_member(application, "wangwu", name="王五", language="en", status="active")
    mornings({"text": "{{name}}，早"}, {"text": "Hello {{name}}", "language": "en"})
    sweep("08:46")
    assert made() == [("Hello 王五", "queued"), ("李四，早", "queued")]


def test_of_equal_words_only_those_are_made_that_members_get():
    mornings({"text": "早"}, {"text": "Hello", "language": "en"})
    sweep("08:46")
    assert made() == [("早", "queued")]


def test_of_many_members_only_equal_words_are_made_ahead(application, settings):
    settings.SCHEDULING = {**settings.SCHEDULING, "MAX_MEMBERS": 0}
    mornings({"text": "{{name}}，早"})
    mornings({"text": "早"}, {"text": "Hello", "language": "en"})
    sweep("08:46")
    assert made() == [("Hello", "queued"), ("早", "queued")]


def test_nothing_is_made_for_texts_pauses_and_those_who_read(application, member):
    mornings(content_type="text")
    services.pause_mailing(mornings("停"))
    change_preferences(member, prefers_text=True, origin=PreferenceChange.Origin.CHAT)
    mornings("读")
    sweep("08:50")
    assert made() == []


def say_something_else(campaign: Campaign) -> None:
    campaign.refresh_from_db()
    services.save_campaign(campaign, [CampaignContent(text="晚上好")])


@pytest.mark.databases
@pytest.mark.parametrize(
    "end", [services.pause_mailing, services.cancel_mailing, say_something_else], ids=lambda end: end.__name__
)
def test_a_video_that_is_made_ahead_ends_with_its_campaign(application, end: Callable[[Campaign], object]):
    campaign = mornings()
    sweep("08:46")
    assert made() == [("早上好", "queued")]
    end(campaign)
    assert [(render.status, render.reason) for render in Render.objects.all()] == [("cancelled", "unwanted")]
    assert not AwaitedVideo.objects.exists()


def test_after_a_pause_it_is_asked_for_anew():
    campaign = mornings()
    sweep("08:46")
    services.pause_mailing(campaign, now=clock("2026-11-25T08:47"))
    services.resume_mailing(campaign, now=clock("2026-11-25T08:48"))
    sweep("08:49")
    assert made() == [("早上好", "cancelled"), ("早上好", "queued")]


@pytest.mark.databases
def test_from_its_moment_on_the_batch_waits_for_it(application):
    campaign = mornings()
    sweep("08:46")
    sweep("09:00")
    work(NINE, calls=False)
    assert AwaitedVideo.objects.filter(batch__run__campaign=campaign).count() == 1
    demand.cancel_all_unwanted()
    assert made() == [("早上好", "queued")]
    services.cancel_mailing(campaign)
    assert made() == [("早上好", "cancelled")]
    assert not campaign.videos.exists()


def test_what_cannot_be_made_is_left_to_its_moment(application):
    campaign = mornings()
    application.desk.delete()
    sweep("08:50")
    campaign.refresh_from_db()
    assert (made(), campaign.ahead_for) == ([], NINE)
