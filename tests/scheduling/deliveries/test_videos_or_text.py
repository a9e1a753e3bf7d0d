"""Videos of campaigns: equal words are one render, personal ones a render each, and failed ones their words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from avatars.models import Render
from avatars.services import withdraw_statements
from scheduling import services
from scheduling.campaigns import approved_content
from scheduling.content_kinds.video import VideoKind
from scheduling.deliveries import videos_or_text
from scheduling.models import Batch, Delivery
from tests.scheduling.support.campaigns import approve, launch, make_campaign, outcomes, work
from tests.support.factories import make_template
from wecom.models import Member, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture
def stored(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "v.mp4").write_bytes(b"video")
    return tmp_path


def texts(people) -> list[list[str]]:
    return [one.texts() for one in people]


def test_equal_words_are_one_render_for_all(company, staff, stored):
    campaign = launch("各位同事，早上好。", content_type="video")
    work(calls=False)
    render = Render.objects.get()
    assert render.purpose == "campaign"
    assert Batch.objects.get().reason == "rendering"
    assert not Outbound.objects.exists()
    assert outcomes(campaign) == {"planned": 3}


def test_the_words_go_out_where_the_video_fails(company, staff, stored):
    campaign = launch("各位同事，早上好。", content_type="video")
    work(calls=False)
    Render.objects.update(status="failed", reason="engine_failed")
    Batch.objects.update(due_at=campaign.created_at)
    work()
    assert texts(staff) == [["各位同事，早上好。"]] * 3
    assert outcomes(campaign) == {"degraded:text": 3}
    assert Render.objects.count() == 1


def test_each_member_has_a_video_of_their_own_words(company, staff, stored):
    launch("{{name}}，早上好。今天三点开会。", content_type="video")
    work(calls=False)
    renders = Render.objects.all()
    assert sorted(render.text for render in renders) == sorted(
        f"{one.user_id}，早上好。今天三点开会。" for one in staff
    )
    assert all("cuts" in render.recipe for render in renders)  # what is equal is rendered once


def test_of_personal_videos_only_the_failed_one_is_written(company, staff, stored):
    campaign = launch("{{name}}，早上好。", content_type="video")
    work(calls=False)
    failed = Render.objects.get(text__startswith=staff[0].user_id)
    Render.objects.filter(pk=failed.pk).update(status="failed", reason="engine_failed")
    Batch.objects.update(due_at=campaign.created_at)
    work(calls=False)
    assert Batch.objects.get().reason == "rendering"  # the others are still being made
    Render.objects.exclude(pk=failed.pk).update(status="cancelled")
    Batch.objects.update(due_at=campaign.created_at)
    work()
    assert texts(staff)[0] == [f"{staff[0].user_id}，早上好。"]
    assert outcomes(campaign) == {"degraded:text": 3}


def test_a_template_takes_facts_with_defaults(company, staff, stored):
    Member.objects.filter(user_id=staff[0].user_id).update(name="")
    template = make_template()
    launch({"template": template, "values": {"name": "{{name|同事}}"}}, content_type="video")
    work(calls=False)
    said = list(Render.objects.values_list("text", flat=True))
    assert len(said) == 3
    assert sum("同事" in text for text in said) == 1


def test_the_evidence_has_the_version_of_the_template_that_was_approved(company, staff, stored):
    template = make_template()
    campaign = launch({"template": template, "values": {"name": "{{name}}"}}, content_type="video")
    work(calls=False)
    own = campaign.runs.get().content["contents"]["A/zh-hans"]
    approved = services.evidence_bundle(Delivery.objects.all()[0])["approved"]
    assert approved["template_version"] == approved_content.digest(own["template"])
    assert (approved["variant"], approved["presentation_version"]) == ("A", "")


def test_a_template_whose_speaker_withdraws_after_approval_is_sent_as_words(company, staff, stored):
    template = make_template()
    words = {"template": template, "values": {"name": "{{name|同事}}"}}
    campaign = approve(make_campaign(words, content_type="video"))
    assert withdraw_statements(template.digital_human, by="hr")
    services.start_campaign(campaign)
    work()
    assert outcomes(campaign) == {"degraded:text": 3}
    assert not Render.objects.filter(status="done").exists()
    assert all(len(said) == 1 and "{{" not in said[0] for said in texts(staff))


def test_the_progress_of_a_run_counts_each_video_once(company, staff, stored):
    campaign = launch("{{name}}，早上好。", content_type="video")
    run = campaign.runs.get()
    assert videos_or_text.progress_of(run).needed == 0, "its audience is not known yet"
    work(calls=False)
    first, second, third = Render.objects.order_by("pk")
    Render.objects.filter(pk=first.pk).update(status="done", video="v.mp4")
    Render.objects.filter(pk=second.pk).update(status="failed")
    found = videos_or_text.progress_of(run)
    assert (found.needed, found.made, found.failed, found.cancelled, found.percent) == (3, 1, 1, 0, 67)
    assert found.seconds_left == pytest.approx(third.estimated_seconds)
    services.cancel_mailing(campaign)
    found = videos_or_text.progress_of(run)
    assert (found.cancelled, found.percent, found.seconds_left) == (1, 100, None)
    assert videos_or_text.progress_of(launch("早上好").runs.get()) is None


def test_batches_whose_turn_has_not_come_count_for_the_progress(company, staff, stored, settings, monkeypatch):
    monkeypatch.setattr(VideoKind, "personal_batch", 1)
    settings.SCHEDULING = {**settings.SCHEDULING, "CAMPAIGN_WINDOW": 1}
    launch("{{name}}，早上好。", content_type="video")
    work(calls=False)
    found = videos_or_text.progress_of(Batch.objects.first().run)
    assert (found.needed, found.made) == (3, 0)


def forecast(text):
    return services.forecast_start(approve(make_campaign(text, content_type="video")), now=timezone.now())


def test_the_forecast_of_personal_videos_counts_one_for_each_member(company, staff, stored):
    """Of 82 videos the start page said “about 1 minute”, and they took 12."""
    found = forecast("{{name}}，早上好。")
    (each,) = found.renders
    assert (each.count, found.render_seconds) == (3, pytest.approx(3 * each.seconds))
    launch("大家都听好：" * 20, content_type="video")
    work(calls=False)
    later = forecast("{{name}}，早上好！")
    before = Render.objects.get().estimated_seconds
    assert later.render_seconds == pytest.approx(before + 3 * later.renders[0].seconds)
    assert later.ends_at > timezone.now() + timedelta(seconds=later.render_seconds - 1)
