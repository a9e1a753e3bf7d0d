"""The guide's function: its awaitable twin, and its many recipients."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django_celery_beat.models import PeriodicTask

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Schedule
from tests.scheduling.support.campaign_pages import person_of, press
from tests.scheduling.support.campaigns import launch, outcomes, work
from tests.scheduling.support.plain_messages import clock, former_schedule, sent
from tests.support.factories import make_department, make_directory_sync, make_tag
from wecom.models import Member

pytestmark = pytest.mark.django_db
CALL: dict[str, Any] = {"message": "早上好！", "schedule": "0 9 * * *"}
NOW, NINE = clock("2026-11-25T08:00"), clock("2026-11-25T09:00")


def test_the_awaitable_twin_finds_the_same_campaign(application):
    made = async_to_sync(services.aschedule_wechat_message)("zhangsan", **CALL)
    assert services.schedule_wechat_message("zhangsan", **CALL) == made


def test_departments_tags_and_all_can_be_named(application):
    make_department(application, 7)
    make_department(application, 8)
    make_tag(application, 3)
    made = services.schedule_wechat_message("@all", department_ids=[7], tag_ids=[3], **CALL)
    assert (made.audience, made.content_type) == ({"everyone": True}, "text")
    assert services.schedule_wechat_message("@all", department_ids=[7], tag_ids=[3], **CALL) == made
    assert services.schedule_wechat_message("@all", **CALL) != made
    for others in ({"department_ids": [8], "tag_ids": [3]}, {"department_ids": [7]}, {"tag_ids": [3]}):
        assert services.schedule_wechat_message("@all", **others, **CALL) != made


def test_a_wrong_department_names_the_argument(application):
    with pytest.raises(SchedulingError) as caught:
        services.schedule_wechat_message(department_ids=[99], **CALL)
    assert caught.value.field == "department_ids"


def earlier_schedule(**fields: Any) -> Schedule:
    """The schedule that this call made in a version before."""
    twin = services.schedule_wechat_message("zhangsan", **CALL, now=NOW)
    key = twin.key
    twin.delete()
    return former_schedule(now="2026-11-24T12:00", key=key, **fields)


def test_a_member_without_a_row_gets_it_on_the_minute(application):
    campaign = services.schedule_wechat_message("zhangsan", **CALL, now=NOW)
    assert services.begin_campaign(campaign.pk, now=NINE)
    work(NINE, calls=False)
    assert (sent(), outcomes(campaign)) == (["早上好！"], {"planned": 1})


def test_who_is_not_in_the_directory_later_is_left_out(application):
    campaign = services.schedule_wechat_message("zhangsan", **CALL, now=NOW)
    make_directory_sync(application, status="done")
    services.begin_campaign(campaign.pk, now=NINE)
    work(NINE, calls=False)
    assert (sent(), Member.objects.filter(user_id="zhangsan").exists()) == ([], False)


def test_a_long_text_goes_out_in_parts(application):
    words = "长" * 1500
    campaign = services.schedule_wechat_message("zhangsan", message=words, schedule="0 9 * * *", now=NOW)
    services.begin_campaign(campaign.pk, now=NINE)
    work(NINE, calls=False)
    parts = [str(part) for part in sent()]
    assert len(parts) > 1
    assert sum(part.count("长") for part in parts) == 1500
    member = services.find_tester(campaign, "zhangsan")
    assert services.preview_campaign(campaign, member).words == words
    services.send_test(campaign, member)


def test_beat_keeps_its_moments_to_the_second_while_it_is_on(application):
    campaign = services.schedule_wechat_message("zhangsan", **CALL, now=NOW)
    task = PeriodicTask.objects.get(task="scheduling.begin")
    assert (task.args, task.enabled, campaign.periodic_task) == (f"[{campaign.pk}]", True, task)
    assert (task.crontab.minute, task.crontab.hour, str(task.crontab.timezone)) == ("0", "9", "Asia/Shanghai")
    services.begin_campaign(campaign.pk, now=NINE)
    work(NINE, calls=False)
    assert PeriodicTask.objects.get(task="scheduling.begin") == task
    services.pause_mailing(campaign)
    assert not PeriodicTask.objects.filter(task="scheduling.begin").exists()
    services.resume_mailing(campaign)
    assert PeriodicTask.objects.filter(task="scheduling.begin").count() == 1
    services.cancel_mailing(campaign)
    assert not PeriodicTask.objects.filter(task="scheduling.begin").exists()


def test_a_copy_is_a_campaign_of_its_own(application):
    campaign, editor = services.schedule_wechat_message("zhangsan", **CALL, now=NOW), person_of("editor")
    press(editor, campaign, "copy")
    copy = Campaign.objects.exclude(pk=campaign.pk).get()
    assert (copy.key, copy.periodic_task, copy.state, copy.policy) == ("", None, "draft", "alone")
    campaign.refresh_from_db()
    assert (campaign.state, campaign.periodic_task is None) == ("scheduled", False)


def test_campaigns_that_others_approve_need_no_beat(application):
    launch(now=NOW, repeats="cron", cron="0 9 * * *")
    assert not PeriodicTask.objects.filter(task="scheduling.begin").exists()


def test_a_schedule_of_an_earlier_version_goes_on_as_a_campaign(application):
    schedule = earlier_schedule(text="大家早！")
    campaign = services.schedule_wechat_message("zhangsan", **CALL, now=clock("2026-11-25T09:01"))
    schedule.refresh_from_db()
    assert (campaign.replaces, campaign.state, schedule.paused) == (schedule, "running", True)
    assert campaign.runs.get().moment == NINE  # it was due, and no sweep had come before the call
    assert campaign.next_at == clock("2026-11-26T09:00")
    assert campaign.contents.get().text == "大家早！"
    assert services.schedule_wechat_message("zhangsan", **CALL) == campaign


def test_one_that_is_paused_stays_paused_as_a_campaign(application):
    earlier_schedule(paused=True)
    campaign = services.schedule_wechat_message("zhangsan", **CALL, now=NOW)
    assert campaign.state == "paused"
