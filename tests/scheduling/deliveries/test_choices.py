"""What members choose is honoured by campaigns: muted topics, text instead of videos; but not by mandatory ones."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from avatars.models import Render
from conversations.models import PreferenceChange, Topic
from conversations.services import change_preferences, preferences_page
from core.evidence import signed_documents
from scheduling import services
from scheduling.admin.campaigns.run_outcomes import evidence_of
from scheduling.campaigns import approved_content
from scheduling.models import Batch, Delivery
from tests.scheduling.support.campaigns import approve, launch, make_campaign, outcomes, reason_of, work
from tests.support import factories
from tests.wecom.support.deliveries import deliver
from wecom.media.uploads import run_upload
from wecom.models import Member, Outbound, Upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def topic():
    return Topic.objects.create(name="团建", name_en="Outings")


def choose(person, **choices) -> Member:
    member = Member.objects.get(user_id=person.user_id)
    change_preferences(member, origin=PreferenceChange.Origin.CHAT, **choices)
    return member


def finish_videos(campaign) -> None:
    Render.objects.update(status="failed", reason="engine_failed")
    Batch.objects.update(due_at=campaign.created_at)


@pytest.mark.databases
@pytest.mark.parametrize(
    ("fields", "left_out"),
    [
        ({}, True),
        ({"message_class": "transactional"}, True),
        ({"message_class": "mandatory"}, False),
    ],
)
def test_who_has_muted_the_topic_is_left_out_unless_it_is_mandatory(company, staff, topic, fields, left_out):
    choose(staff[0], muted=[topic.pk])
    campaign = launch(topic=topic, **fields)
    work()
    expected = {"sent": 2, "skipped:opted_out": 1} if left_out else {"sent": 3}
    assert outcomes(campaign) == expected
    assert bool(staff[0].texts()) is not left_out


def test_a_topic_that_cannot_be_muted_and_another_topic_reach_all(company, staff, topic):
    choose(staff[0], muted=[topic.pk])
    other = launch(topic=Topic.objects.create(name="食堂"))
    Topic.objects.filter(pk=topic.pk).update(can_be_muted=False)
    same = launch(topic=topic)
    work()
    assert outcomes(other) == outcomes(same) == {"sent": 3}


@pytest.mark.databases
def test_who_mutes_it_after_the_audience_was_frozen_is_left_out_too(company, staff, topic):
    campaign = launch(topic=topic)
    run = campaign.runs.get()
    services.start_run(run.pk)
    choose(staff[0], muted=[topic.pk])
    work()
    assert outcomes(campaign) == {"sent": 2, "skipped:opted_out": 1}
    assert Batch.objects.get().size == 2


def test_the_evidence_names_the_topic_and_since_when(company, staff, topic):
    member = choose(staff[0], muted=[topic.pk])
    campaign = launch(topic=topic)
    work()
    delivery = Delivery.objects.select_related("member", "run__campaign").get(member=member)
    bundle = services.evidence_bundle(delivery)
    assert signed_documents.verify(bundle)["reason"] == "opted_out"
    assert bundle["choice"]["muted"] == {"id": topic.pk, "name": "团建"}
    assert bundle["choice"]["since"] == member.mutes.get().at.isoformat()
    assert "“Outings” is muted since" in evidence_of(campaign.runs.get(), delivery).sentence


def test_a_video_reaches_readers_as_its_words_and_others_as_video(company, staff):
    choose(staff[0], prefers_text=True)
    campaign = launch("各位同事，早上好。", content_type="video")
    work(calls=False)
    assert not Outbound.objects.exists()  # they get it together, when the video is there
    finish_videos(campaign)
    work()
    assert staff[0].texts() == ["各位同事，早上好。"]
    assert outcomes(campaign) == {"sent:prefers_text": 1, "degraded:text": 2}


def test_readers_alone_wait_for_no_video(company, staff):
    for person in staff:
        choose(person, prefers_text=True)
    campaign = launch("各位同事，早上好。", content_type="video")
    work()
    assert [one.texts() for one in staff] == [["各位同事，早上好。"]] * 3
    assert outcomes(campaign) == {"sent:prefers_text": 3}
    assert not Render.objects.exists()


def test_of_personal_videos_none_is_made_for_a_reader(company, staff):
    choose(staff[0], prefers_text=True)
    campaign = launch("{{name}}，早上好。", content_type="video")
    work(calls=False)
    assert Render.objects.count() == 2
    finish_videos(campaign)
    work()
    assert reason_of(campaign, staff[0].user_id) == "prefers_text"
    assert staff[0].texts() == [f"{staff[0].user_id}，早上好。"]


def test_a_mandatory_video_is_a_video_for_readers_too(company, staff):
    choose(staff[0], prefers_text=True)
    campaign = launch("请看安全须知。", content_type="video", message_class="mandatory")
    work(calls=False)
    finish_videos(campaign)
    work()
    assert outcomes(campaign) == {"degraded:text": 3}


def test_a_long_script_reaches_readers_whole(company, staff, settings):
    settings.AVATARS = {**settings.AVATARS, "MAX_CHARACTERS": 2000}
    for person in staff:
        choose(person, prefers_text=True)
    script = "。".join(f"第{number:03}条规定请仔细阅读" for number in range(100))
    launch(script[:590] + "。" + script[:590], content_type="video")
    work()
    assert "".join(staff[0].texts()).count("第000条") == 2


def test_an_optional_message_ends_with_the_way_out(company, staff, topic):
    choose(staff[0], language="en")
    launch({"text": "周六爬山"}, {"text": "Hiking on Saturday", "language": "en"}, topic=topic)
    launch("周日爬山", topic=topic, offers_settings=False)
    launch("下周爬山", topic=topic, message_class="transactional")
    launch("没有主题")
    work()
    assert "Hiking on Saturday\n\nSend “settings” to choose what you get." in staff[0].texts()
    # Which of four campaigns of one moment is first is not said.
    assert set(staff[1].texts()) == {"周六爬山\n\n回复“设置”，选择接收哪些消息。", "周日爬山", "下周爬山", "没有主题"}
    assert len(staff[1].texts()) == len(staff[0].texts()) == 4


def test_a_notice_card_has_the_way_out_as_a_link(company, staff, topic):
    card = {"kind": "text_notice", "title": "爬山", "link": {"url": "https://example.com/"}}
    launch({"card": card}, content_type="card", topic=topic)
    work()
    (jump,) = Outbound.objects.get().content["jump_list"]
    assert jump == {"type": 1, "url": preferences_page(), "title": "消息设置"}


def make_file(topic, **fields):
    name = default_storage.save("campaigns/plan.txt", ContentFile("路线".encode()))
    return make_campaign({"file": name}, content_type="file", topic=topic, **fields)


def launch_file(topic, **fields):
    """A campaign of a file, of which only the calls are still to be made."""
    campaign = approve(make_file(topic, **fields))
    services.start_campaign(campaign)
    upload_files()
    return campaign


def upload_files() -> None:
    work(calls=False)
    for upload in Upload.objects.filter(status="queued"):
        run_upload(upload.pk)


def test_a_file_has_the_way_out_once_per_member_and_topic(company, staff, topic):
    for others in ({"audience": {"members": [staff[0].user_id]}}, {}, {"message_class": "mandatory"}):
        campaign = launch_file(topic, **others)
        work()
        assert campaign.runs.get().sent == campaign.runs.get().planned
    assert [one.texts().count("file") for one in staff] == [3, 2, 2]
    assert [one.texts().count("回复“设置”，选择接收哪些消息。") for one in staff] == [1, 1, 1]
    assert not Batch.objects.exclude(pending=0).exists()


@pytest.mark.databases
def test_a_retry_does_not_repeat_the_way_out(company, staff, emulator, topic):
    campaign = launch_file(topic)
    emulator.fault("nobody-reachable", times=1)
    deliver(Outbound.objects.get(msgtype="file"))
    work()
    assert outcomes(campaign) == {"failed:unreached": 3}
    services.retry_failed(campaign.runs.get())
    upload_files()
    work()
    assert outcomes(campaign) == {"sent": 3}
    assert [sorted(one.texts()) for one in staff] == [sorted(["file", "回复“设置”，选择接收哪些消息。"])] * 3


@pytest.mark.databases
def test_a_stop_holds_the_way_out_behind_a_file_that_is_out(company, staff, topic):
    launch_file(topic)
    deliver(Outbound.objects.get(msgtype="file"))
    services.stop_sending(company.corporation, why="写错了")
    assert Outbound.objects.get(msgtype="text").reason == "stopped"
    work()
    assert [one.texts() for one in staff] == [["file"]] * 3
    services.allow_sending(company.corporation)
    work()
    assert [one.texts() for one in staff] == [["file", "回复“设置”，选择接收哪些消息。"]] * 3


@pytest.mark.databases
def test_a_stop_takes_the_way_out_back_with_its_file(company, staff, topic):
    campaign = launch_file(topic)
    services.stop_sending(company.corporation, why="写错了")
    work()
    assert [one.texts() for one in staff] == [[]] * 3
    services.allow_sending(company.corporation)
    work(calls=False)
    upload_files()
    work()
    assert outcomes(campaign) == {"sent": 3}
    assert [sorted(one.texts()) for one in staff] == [sorted(["file", "回复“设置”，选择接收哪些消息。"])] * 3


@pytest.mark.databases
def test_the_forecast_counts_the_calls_of_the_way_out(company, staff, topic):
    campaign = approve(make_file(topic))
    assert services.forecast_campaign(campaign).calls == 2
    launch_file(topic)
    work()
    assert services.forecast_campaign(campaign).calls == 1


def test_a_card_without_room_for_the_way_out_says_so_before(company, topic):
    card = {"kind": "textcard", "title": "爬山", "description": "长" * 165, "url": "https://example.com/"}
    campaign = make_campaign({"card": card}, content_type="card", topic=topic)
    assert [one.code for one in services.campaign_problems(campaign)] == ["way_out"]


def test_the_topic_is_part_of_what_is_approved(company, staff, topic):
    campaign = approve(make_campaign(topic=topic))
    campaign.topic = Topic.objects.create(name="食堂")
    services.save_campaign(campaign)
    assert campaign.state == "draft"
    assert "topic" not in approved_content.describe(make_campaign())


@pytest.mark.databases
def test_campaigns_on_a_topic_are_listed_over_rest(company, topic):
    make_campaign(topic=topic)
    make_campaign()
    listed = factories.make_api("campaigns:read").get("/api/v1/campaigns/", {"topic": topic.pk}).json()["results"]
    assert [one["topic"] for one in listed] == [topic.pk]


@pytest.mark.databases
def test_the_start_page_counts_who_has_muted_it_and_who_reads(company, staff, topic):
    choose(staff[0], muted=[topic.pk])
    choose(staff[1], prefers_text=True)
    campaign = make_campaign("爬山", topic=topic, content_type="video")
    reach = services.campaign_reach(campaign)
    assert (reach.count, reach.readers) == (2, 1)
    assert [(one.reason, one.label, one.count) for one in reach.left_out] == [("opted_out", "has muted “Outings”", 1)]
    assert services.forecast_campaign(campaign).left_out == {"opted_out": 1}
