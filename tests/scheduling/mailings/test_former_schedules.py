"""Schedules of 0.5 become campaigns without approval: each once, with its words, members, times and runs."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from scheduling import services, tasks
from scheduling.models import AwaitedVideo, Campaign, CampaignRun, Run, Schedule
from tests.scheduling.support.campaigns import make_person, outcomes
from tests.scheduling.support.plain_messages import clock, former_run, former_schedule, run_due, sent
from tests.support import factories
from tests.support.model_rows import make_message

pytestmark = pytest.mark.django_db
NOW = clock("2026-11-24T12:00")  # a Tuesday


@pytest.fixture(autouse=True)
def people(application):
    for name in ("zhangsan", "lisi"):
        factories.make_member(application, name, name=name, status="active")


def become(schedule: Schedule, at: str = "2026-11-24T12:00") -> Campaign:
    """The campaign that a sweep makes of a schedule."""
    services.replace_schedules(now=clock(at))
    return schedule.successors.get()


def test_words_members_and_times_are_the_same():
    schedule = former_schedule(name="晨会", user_ids=["lisi", "zhangsan"], cron="0 9 * * 1-5", days="working")
    campaign = become(schedule)
    assert (campaign.name, campaign.state, campaign.policy) == ("晨会", "scheduled", "alone")
    assert campaign.audience == {"members": ["lisi", "zhangsan"]}
    assert [one.text for one in campaign.contents.all()] == ["早上好！"]
    assert (campaign.next_at, campaign.days) == (clock("2026-11-25T09:00"), "working")
    assert services.campaign_problems(campaign, now=NOW) == []


def test_departments_tags_and_everyone_are_carried_over(application):
    factories.make_department(application, 7, "研发部")
    factories.make_tag(application, 3, "试用期")
    schedule = former_schedule(user_ids=[], department_numbers=[7], tag_numbers=[3])
    assert become(schedule).audience == {"departments": [{"number": 7}], "tags": [3]}
    assert become(former_schedule(user_ids=["@all"], text="大家好")).audience == {"everyone": True}


def test_what_it_may_do_is_carried_over():
    campaign = become(former_schedule(text="你好{{name}}", grace_minutes=45, days="working", unknown_days="weekdays"))
    assert (campaign.missed, campaign.grace_minutes, campaign.unknown_days) == ("skip", 45, "weekdays")
    assert (campaign.valid_minutes, campaign.offers_settings, campaign.passes_quiet_hours) == (None, False, True)
    assert campaign.contents.get().literal  # the braces were sent as they are
    run_due("2026-11-25T09:00")
    assert sent() == ["你好{{name}}"]


def test_a_video_keeps_its_speaker_its_script_and_what_was_made_ahead(application):
    human, render = factories.make_digital_human(name="小新"), factories.make_render()
    fields = {"digital_human": human, "mode": "lipsync", "ahead": render, "ahead_for": clock("2026-11-25T09:00")}
    schedule = former_schedule(message_type="video", **fields)
    AwaitedVideo.objects.create(schedule=schedule, render=render)
    campaign = become(schedule)
    content = campaign.contents.get()
    assert (content.text, content.digital_human, content.mode) == ("早上好！", human, "lipsync")
    assert AwaitedVideo.objects.get().campaign == campaign


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "scheduled"),
        ({"paused": True}, "paused"),
        ({"draft": True}, "draft"),
        ({"draft": True, "asked_at": NOW}, "waiting"),
        ({"only_on": date(2026, 12, 1)}, "scheduled"),
        ({"only_on": date(2026, 11, 20)}, "finished"),
        ({"only_on": date(2026, 11, 20), "paused": True}, "finished"),
        ({"user_ids": []}, "waiting"),
    ],
)
def test_each_goes_on_as_it_was(fields: dict[str, Any], state: str):
    assert become(former_schedule(**fields)).state == state


def test_one_that_cannot_start_says_why_and_waits_for_a_person():
    campaign = become(former_schedule(user_ids=[]))
    assert "audience" in campaign.changes.first().why
    assert campaign in Campaign.objects.waiting_alone()


def test_one_that_runs_once_keeps_its_moment():
    campaign = become(former_schedule(only_on=date(2026, 12, 1), cron="30 8 * * *"))
    assert (campaign.repeats, campaign.starts_at) == ("once", clock("2026-12-01T08:30"))
    run_due("2026-12-01T08:30")
    assert sent() == ["早上好！"]


def test_what_was_due_and_not_handled_is_sent_and_nothing_twice():
    schedule = former_schedule(now="2026-11-25T08:59")
    campaign = become(schedule, "2026-11-25T09:04")
    assert tasks.run_due(schedule.pk) is None
    run_due("2026-11-25T09:04")
    assert (sent(), outcomes(campaign)) == (["早上好！"], {"planned": 1})
    services.replace_schedules(now=clock("2026-11-25T09:05"))
    run_due("2026-11-25T09:05")
    assert (Campaign.objects.count(), sent()) == (1, ["早上好！"])


def test_what_was_due_too_long_ago_is_recorded_as_missed():
    campaign = become(former_schedule(now="2026-11-22T12:00"), "2026-11-25T11:00")
    run_due("2026-11-25T11:00")
    run = campaign.runs.get()
    assert (run.reason, run.moment, run.others_missed, sent()) == ("missed", clock("2026-11-25T09:00"), 2, [])


def test_what_happened_while_it_was_paused_is_not_made_up_for():
    campaign = become(former_schedule(now="2026-11-20T12:00", paused=True))
    services.resume_mailing(campaign, now=clock("2026-11-24T13:00"))
    run_due("2026-11-24T13:00")
    assert (sent(), list(campaign.runs.all())) == ([], [])


def test_its_runs_become_those_of_the_campaign(application):
    schedule = former_schedule()
    said = former_run(schedule, "2026-11-20T09:00", cid="c1", unreached={"lisi": "left"}, by_hand=True)
    said.messages.add(make_message(application))
    former_run(schedule, "2026-11-21T09:00", "missed", others_missed=3)
    former_run(schedule, "2026-11-22T09:00", "failed", reason="members_too_many")
    former_run(schedule, "2026-11-23T09:00", "skipped", reason="day_off")
    former_run(schedule, "2026-11-24T09:00", "skipped", reason="nobody")
    campaign = become(schedule)
    rows = campaign.runs.order_by("moment")
    assert [(run.reason, run.status, run.others_missed) for run in rows] == [
        ("", "done", 0),
        ("missed", "cancelled", 3),
        ("failed", "cancelled", 0),
        ("nobody", "cancelled", 0),
    ]
    first = rows[0]
    assert (first.cid, first.planned, first.sent, first.left_out, first.by_hand) == ("c1", 1, 1, 1, True)
    assert all(run.ended_at for run in rows)
    assert not Run.objects.exists()
    run_due("2026-11-25T09:00")
    assert (sent()[-1], CampaignRun.objects.count()) == ("早上好！", 5)


def test_the_row_keeps_only_its_id(application):
    human, topic = factories.make_digital_human(), factories.make_topic()
    task = PeriodicTask.objects.create(
        name="一", task="scheduling.run_due", args=json.dumps([1]), crontab=CrontabSchedule.objects.create()
    )
    schedule = former_schedule(digital_human=human, topic=topic, periodic_task=task, values={"a": "b"}, key="k")
    campaign = become(schedule)
    schedule.refresh_from_db()
    kept = {field.name: getattr(schedule, field.name) for field in Schedule._meta.fields}
    content = ("user_ids", "text", "digital_human", "topic", "values", "key", "cron", "periodic_task", "name")
    assert [bool(kept[name]) for name in content] == [False] * len(content)
    assert schedule.paused  # so a process of the version before sends nothing
    assert (campaign.key, campaign.topic) == ("k", topic)
    assert PeriodicTask.objects.get(task__startswith="scheduling").task == "scheduling.begin"


def test_a_draft_that_was_sent_back_keeps_its_note():
    writer = make_person()
    campaign = become(former_schedule(draft=True, asked_by=writer, returned_note="明天放假。"))
    last = campaign.changes.first()
    assert (last.before, last.after, last.why) == ("waiting", "draft", "明天放假。")


def test_who_asked_for_a_draft_is_known():
    writer = User.objects.create_user("writer")
    campaign = become(former_schedule(draft=True, asked_by=writer, asked_at=NOW))
    assert services.last_change(campaign, "waiting").by == writer


def test_a_campaign_that_a_person_had_made_of_it_ends_the_other():
    schedule = former_schedule()
    draft = services.save_campaign(Campaign(name="稿", policy="alone", replaces=schedule, audience={"everyone": True}))
    draft.contents.create(text="大家好")
    services.replace_schedules(now=NOW)
    going = schedule.successors.exclude(pk=draft.pk).get()
    assert going.state == "scheduled"
    services.start_campaign(draft, alone=True, now=clock("2026-11-24T12:30"))
    going.refresh_from_db()
    assert going.state == "cancelled"


def test_one_that_a_campaign_had_replaced_already_gets_no_other():
    schedule = former_schedule(paused=True)
    campaign = services.save_campaign(Campaign(name="早", policy="alone", replaces=schedule))
    Campaign.objects.filter(pk=campaign.pk).update(state="paused")
    services.replace_schedules(now=NOW)
    assert schedule.successors.get() == campaign
    assert not Schedule.objects.remaining().exists()


def test_a_schedule_that_cannot_be_read_keeps_no_other_from_it():
    former_schedule(cron="no line")
    other = former_schedule(text="二")
    services.replace_schedules(now=NOW)
    assert other.successors.get().state == "scheduled"


def test_the_command_without_beat_does_it_too():
    former_schedule(now="2026-11-25T08:00")
    out = StringIO()
    call_command("run_schedules", now="2026-11-25T09:01", stdout=out)
    assert "schedules of 0.5: 1." in out.getvalue()
    assert CampaignRun.objects.get().moment == clock("2026-11-25T09:00")
