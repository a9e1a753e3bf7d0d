"""Schedules: the guide's function, what is wrong with one, its changes, and beat's row."""

import json

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from avatars.models import Render
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent, Schedule
from tests.scheduling.support.campaigns import work
from tests.scheduling.support.schedules import clock, make_schedule, outcomes, sent
from tests.support.factories import make_digital_human

pytestmark = pytest.mark.django_db


def test_the_guides_example_says_good_morning_every_day_at_nine(application):
    from scheduling.services import schedule_wechat_message

    human = make_digital_human()

    # Schedule daily greeting
    greeting = schedule_wechat_message(
        user_id="UserID",
        message="Good morning! Have a great day!",
        schedule="0 9 * * *",  # Every day at 9 AM
    )

    # Schedule weekly report
    report = schedule_wechat_message(
        user_id="UserID",
        message_type="video",
        digital_human_id=human.pk,
        text="Here's your weekly summary...",
        schedule="0 10 * * 1",  # Every Monday at 10 AM
    )
    assert (greeting.cron, greeting.audience) == ("0 9 * * *", {"members": ["userid"]})
    assert (greeting.time_zone, greeting.policy, greeting.state) == ("Asia/Shanghai", "alone", "scheduled")
    assert (report.content_type, report.contents.get().digital_human) == ("video", human)
    Campaign.objects.update(watched_from=clock("2026-11-29T12:00"), next_at=clock("2026-11-30T09:00"))
    for campaign, at in ((greeting, "09:00"), (report, "10:00")):
        assert services.begin_campaign(campaign.pk, now=clock(f"2026-11-30T{at}"))
        work(clock(f"2026-11-30T{at}"), calls=False)
    assert sent("userid") == ["Good morning! Have a great day!"]
    assert Render.objects.get().digital_human == human
    assert not Schedule.objects.exists()


@pytest.mark.databases
def test_the_same_call_again_gives_the_same_campaign(application):
    call = {"user_id": "zhangsan", "message": "早上好！", "schedule": "0 9 * * *"}
    first = services.schedule_wechat_message(**call)
    services.pause_mailing(first)
    CampaignContent.objects.update(text="大家早！")
    again = services.schedule_wechat_message(**call)
    assert (again.pk, again.contents.get().text, again.state) == (first.pk, "大家早！", "paused")
    other = services.schedule_wechat_message(**{**call, "schedule": "0 10 * * *"})
    assert other.pk != first.pk
    services.remove_mailing(first)
    assert services.schedule_wechat_message(**call).pk not in (first.pk, other.pk)


@pytest.mark.databases
def test_beats_row_follows_the_schedule(application):
    schedule = make_schedule(cron="0 10 * * 1", name="周报")
    task = schedule.periodic_task
    assert (task.task, json.loads(task.args), task.enabled) == ("scheduling.run_due", [schedule.pk], True)
    assert "周报" in task.name
    assert str(task.crontab.timezone) == "Asia/Shanghai"
    assert (task.crontab.minute, task.crontab.hour, task.crontab.day_of_week) == ("0", "10", "1")
    services.pause(schedule)
    assert not PeriodicTask.objects.get().enabled
    services.resume(schedule)
    schedule.cron, schedule.time_zone = "30 8 L * *", "America/New_York"
    services.save_schedule(schedule)
    task = PeriodicTask.objects.get()
    assert task.enabled
    assert (task.crontab.minute, task.crontab.hour, task.crontab.day_of_month) == ("30", "8", "*")
    assert str(task.crontab.timezone) == "America/New_York"
    services.remove(schedule)
    assert not PeriodicTask.objects.exists()


@pytest.mark.databases
def test_a_mirror_that_somebody_deleted_comes_back_and_was_not_needed(application):
    schedule = make_schedule()
    PeriodicTask.objects.all().delete()
    services.run_all_due(now=clock("2026-11-25T09:00"))
    assert outcomes(schedule) == [("11-25 09:00", "sent")]
    services.save_schedule(Schedule.objects.get())
    assert PeriodicTask.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"user_ids": []}, "members_none", "user_ids"),
        ({"user_ids": ["zhang san"]}, "member_invalid", "user_ids"),
        ({"user_ids": ["@team"]}, "member_invalid", "user_ids"),
        ({"user_ids": ["a" * 65]}, "member_invalid", "user_ids"),
        ({"user_ids": [f"m{number}" for number in range(1001)]}, "members_too_many", "user_ids"),
        ({"text": " "}, "empty", "text"),
        ({"text": "长" * 4001}, "too_long", "text"),
        ({"text": "a\0b"}, "unreadable", "text"),
        ({"message_type": "fax"}, "message_type_unknown", "message_type"),
        ({"message_type": "video", "mode": "hologram"}, "mode_unknown", "mode"),
        ({"cron": "0 9 * *"}, "cron_fields", "cron"),
        ({"cron": "0 9 * * " + "1," * 60 + "1"}, "cron_too_long", "cron"),
        ({"time_zone": "Asia/Peking"}, "zone_unknown", "time_zone"),
        ({"days": "holidays"}, "days_unknown", "days"),
        ({"grace_minutes": 0}, "grace_invalid", "grace_minutes"),
        ({"name": "n" * 81}, "name_invalid", "name"),
    ],
)
def test_what_is_wrong_names_its_field_and_the_remedy(fields, code, field):
    with pytest.raises(SchedulingError) as caught:
        make_schedule(**fields)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.message
    assert caught.value.remedy
    assert not Schedule.objects.exists()


def test_a_script_that_cannot_be_rendered_is_refused_when_saved():
    with pytest.raises(SchedulingError, match="601 characters; a video may have 600") as caught:
        make_schedule(message_type="video", text="长" * 601)
    assert (caught.value.code, caught.value.field) == ("too_long", "text")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"schedule": "9 o'clock"}, "schedule"),
        ({"user_id": ""}, "user_id"),
        ({"digital_human_id": 404}, "digital_human_id"),
        ({"template_id": 404}, "template_id"),
        ({"text": "晚上好！"}, "text"),
    ],
)
def test_the_guides_function_names_its_own_arguments(arguments, field):
    call = {"user_id": "zhangsan", "message": "早上好！", "schedule": "0 9 * * *"}
    with pytest.raises(SchedulingError) as caught:
        services.schedule_wechat_message(**{**call, **arguments})
    assert caught.value.field == field


def test_a_schedule_is_named_after_its_words_where_nobody_names_it():
    assert make_schedule(text="大家\n早上好！").name == "大家 早上好！"
    assert make_schedule(name="晨会").name == "晨会"
    assert Schedule(watched_from=timezone.now()).rule is not None
