"""Plain messages: what is wrong with one, its name and times, its drafts, and its changes while it goes on."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from avatars.models import Render
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent, Schedule, Segment
from tests.scheduling.support.campaigns import work
from tests.scheduling.support.plain_messages import clock, run_due, send_plain, sent
from tests.support.factories import make_department, make_directory_sync, make_member, make_tag
from wecom.models import Membership, Outbound

pytestmark = pytest.mark.django_db
RULE = {"op": "all", "rules": [{"subject": "fact:city", "test": "is", "value": "上海"}]}


def refused(**fields: Any) -> tuple[str, str]:
    """The code and the field of what is wrong with a message, of which nothing is kept."""
    with pytest.raises(SchedulingError) as caught:
        send_plain(**fields)
    assert caught.value.message
    assert caught.value.remedy
    assert not Campaign.objects.exists()
    assert not Schedule.objects.exists()
    return caught.value.code, caught.value.field


def change(campaign: Campaign, at: str, **changes: Any) -> Campaign:
    return services.change_plain_message(campaign, changes, now=clock(at))


def moments(campaign: Campaign) -> list[tuple[str, str]]:
    """When it had a run, and why nothing was sent then."""
    rows = campaign.runs.order_by("moment")
    return [(f"{run.moment.astimezone(campaign.zone):%m-%d %H:%M}", run.reason) for run in rows]


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
        ({"message_type": "video", "text": "长" * 601}, "too_long", "text"),
        ({"values": {"name": "王芳"}}, "values_unused", "values"),
        ({"cron": "0 9 * *"}, "cron_fields", "cron"),
        ({"cron": "0 9 * * " + "1," * 60 + "1"}, "cron_too_long", "cron"),
        ({"time_zone": "Asia/Peking"}, "zone_unknown", "time_zone"),
        ({"days": "holidays"}, "days_unknown", "days"),
        ({"grace_minutes": 0}, "grace_invalid", "grace_minutes"),
        ({"name": "n" * 81}, "name_invalid", "name"),
        ({"only_on": date(2026, 12, 1), "cron": "0 9 2 * *"}, "day_not_in_line", "only_on"),
    ],
)
def test_what_is_wrong_names_its_field_and_the_remedy(application, fields, code, field):
    assert refused(**fields, has_id=True) == (code, field)


@pytest.mark.parametrize("fields", [{"department_numbers": [99]}, {"tag_numbers": [99]}])
def test_a_department_or_tag_that_does_not_exist_is_refused(application, fields):
    assert refused(user_ids=[], **fields) == ("number_unknown", next(iter(fields)))


def test_an_id_that_the_directory_lacks_is_refused_and_made_no_member(application):
    make_directory_sync(application, status="done")
    make_member(application, "lisi")
    assert refused(user_ids=["lisi", "不存在"]) == ("member_unknown", "user_ids")
    assert list(application.corporation.members.values_list("user_id", flat=True)) == ["lisi"]


def test_more_members_than_it_may_have_are_refused_at_once(application, settings):
    settings.SCHEDULING = {**settings.SCHEDULING, "MAX_MEMBERS": 2}
    department, tag = make_department(application, 1), make_tag(application, 3)
    for name in ("anna", "ben", "chen"):
        member = make_member(application, name, status="active")
        Membership.objects.create(member=member, department=department)
        tag.members.add(member)
    named = {"user_ids": [], "department_numbers": [1]}
    for fields in (named, {"user_ids": [], "tag_numbers": [3]}, {"user_ids": ["@all"]}):
        assert refused(**fields) == ("members_too_many", "user_ids")
    campaign = send_plain(user_ids=["anna", "dora"])
    with pytest.raises(SchedulingError) as caught:
        change(campaign, "2026-11-24T13:00", **named)
    assert caught.value.code == "members_too_many"


def test_it_is_named_after_its_words_where_nobody_names_it(application):
    assert send_plain(text="大家\n早上好！").name == "大家 早上好！"
    assert send_plain(name="晨会").name == "晨会"


def test_each_member_gets_it_once_however_they_are_written(application):
    campaign = send_plain(user_ids=["Lisi", "zhangsan", "lisi", " wangwu "])
    run_due("2026-11-25T09:00")
    assert campaign.audience == {"members": ["lisi", "wangwu", "zhangsan"]}
    assert Outbound.objects.get().recipients == ["lisi", "wangwu", "zhangsan"]


def test_beats_entry_follows_another_time_and_ends_with_it(application):
    campaign = send_plain(cron="0 10 * * 1", name="周报")
    change(campaign, "2026-11-24T13:00", cron="30 8 L * *", time_zone="America/New_York")
    crontab = PeriodicTask.objects.get(task="scheduling.begin").crontab
    assert crontab is not None
    assert (crontab.minute, crontab.hour, crontab.day_of_month) == ("30", "8", "*")
    assert str(crontab.timezone) == "America/New_York"
    services.remove_mailing(campaign)
    assert not PeriodicTask.objects.filter(task="scheduling.begin").exists()


@pytest.mark.databases
def test_an_entry_of_beat_that_was_deleted_comes_back(application):
    campaign = send_plain()
    PeriodicTask.objects.all().delete()
    run_due("2026-11-25T09:00")
    assert sent() == ["早上好！"]
    campaign.refresh_from_db()
    change(campaign, "2026-11-25T10:00", cron="0 10 * * *")
    assert PeriodicTask.objects.get(task="scheduling.begin").args == f"[{campaign.pk}]"


def test_a_draft_sends_nothing_by_any_way(application):
    draft = send_plain(draft=True)
    run_due("2026-11-25T09:00")
    for act in (services.run_campaign_now, services.resume_mailing):
        with pytest.raises(SchedulingError):
            act(draft, now=clock("2026-11-25T09:00"))
    assert not PeriodicTask.objects.filter(task="scheduling.begin").exists()
    assert (moments(draft), sent()) == ([], [])


def test_a_draft_that_is_changed_stays_one(application):
    draft = change(send_plain(draft=True), "2026-11-25T08:00", text="晚上好！")
    assert (draft.state, draft.contents.get().text) == ("draft", "晚上好！")


def test_a_draft_that_is_started_sends_from_then_on(application):
    draft = send_plain(draft=True)
    services.start_campaign(draft, alone=True, now=clock("2026-11-25T09:05"))
    run_due("2026-11-25T09:06")
    assert sent() == []
    run_due("2026-11-26T09:00")
    assert (moments(draft), sent()) == ([("11-26 09:00", "")], ["早上好！"])


def test_who_changes_a_draft_that_waits_takes_it_out_of_the_queue(application):
    draft = send_plain(draft=True)
    services.ask_approval(draft, now=clock("2026-11-24T12:10"))
    assert list(Campaign.objects.waiting_alone()) == [draft]
    change(draft, "2026-11-24T12:20", text="别的。")
    assert not Campaign.objects.waiting_alone().exists()


def test_another_time_is_not_caught_up_with(application):
    campaign = send_plain()
    change(campaign, "2026-11-25T09:01", cron="30 8 * * *")
    run_due("2026-11-25T09:02")
    assert (moments(campaign), sent()) == ([], [])


@pytest.mark.parametrize("changes", [{"text": "早！"}, {"name": "晨会"}, {"user_ids": ["zhangsan", "lisi"]}])
def test_a_change_just_after_its_moment_loses_no_message(application, changes):
    campaign = send_plain()
    change(campaign, "2026-11-25T09:01", **changes)
    run_due("2026-11-25T09:02")
    assert moments(campaign) == [("11-25 09:00", "")]
    assert Outbound.objects.get().content["content"] == changes.get("text", "早上好！")


def test_other_words_reach_those_who_have_not_got_it_and_nobody_twice(application):
    campaign = send_plain()
    run_due("2026-11-25T09:00")
    change(campaign, "2026-11-25T09:01", text="早！")
    work(clock("2026-11-25T09:01"), calls=False)
    unsent = Outbound.objects.exclude(status="cancelled")
    assert [row.content["content"] for row in unsent] == ["早！"]
    assert moments(campaign) == [("11-25 09:00", "")]
    run_due("2026-11-26T09:00")
    assert moments(campaign)[1:] == [("11-26 09:00", "")]


@pytest.mark.parametrize("state", ["scheduled", "paused"])
def test_an_error_in_a_change_leaves_it_as_it_was(application, state):
    campaign = send_plain()
    if state == "paused":
        services.pause_mailing(campaign)
    with pytest.raises(SchedulingError) as caught:
        change(campaign, "2026-11-25T08:00", text="长" * 4001)
    assert (caught.value.code, caught.value.field) == ("too_long", "text")
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.contents.get().text) == (state, "早上好！")


@pytest.mark.parametrize(("day", "hour"), [(25, "09:05"), (28, "10:05")])
def test_it_is_silent_in_a_pause_and_makes_up_for_nothing(application, day, hour):
    campaign = send_plain()
    services.pause_mailing(campaign, now=clock("2026-11-25T08:00"))
    run_due("2026-11-25T09:00")
    services.resume_plain_message(campaign, now=clock(f"2026-11-{day}T{hour}"))
    run_due(f"2026-11-{day}T{hour}")
    assert (moments(campaign), sent()) == ([], [])
    run_due(f"2026-11-{day + 1}T09:00")
    assert (moments(campaign), sent()) == ([(f"11-{day + 1} 09:00", "")], ["早上好！"])


def test_what_a_pause_took_back_goes_on_with_it(application):
    campaign = send_plain()
    run_due("2026-11-25T09:00")
    services.pause_mailing(campaign, now=clock("2026-11-25T09:01"))
    services.resume_plain_message(campaign, now=clock("2026-11-25T09:02"))
    work(clock("2026-11-25T09:02"), calls=False)
    assert [row.status for row in Outbound.objects.order_by("pk")] == ["cancelled", "queued"]


@pytest.mark.parametrize("text", ["你好{{name}}", "{{salary}}", "一 { 二 }} 三"])
@pytest.mark.parametrize("message_type", ["text", "video"])
def test_braces_are_said_as_they_are_written(application, message_type, text):
    send_plain(text=text, message_type=message_type)
    run_due("2026-11-25T09:00")
    said = sent() if message_type == "text" else list(Render.objects.values_list("text", flat=True))
    assert said == [text]


def test_what_was_paused_in_the_meantime_does_not_speak(application):
    stale = send_plain()
    services.pause_mailing(Campaign.objects.get())
    assert services.begin_campaign(stale.pk, now=clock("2031-11-25T09:00")) is None
    assert not Outbound.objects.exists()


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


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"schedule": "9 o'clock"}, "schedule"),
        ({"user_id": ""}, "user_id"),
        ({"digital_human_id": 404}, "digital_human_id"),
        ({"template_id": 404}, "template_id"),
        ({"presentation_id": 404}, "presentation_id"),
        ({"text": "晚上好！"}, "text"),
        ({"message": "长" * 4001}, "text"),
    ],
)
def test_the_guides_function_names_its_own_arguments(application, arguments, field):
    call = {"user_id": "zhangsan", "message": "早上好！", "schedule": "0 9 * * *"}
    with pytest.raises(SchedulingError) as caught:
        services.schedule_wechat_message(**{**call, **arguments})
    assert caught.value.field == field


def test_one_that_goes_out_once_does_so_on_its_day(application):
    campaign = send_plain(only_on=date(2026, 11, 28), days="working")  # a Saturday, which was chosen
    for at in ("2026-11-27T09:00", "2026-11-28T09:00", "2026-11-29T09:00"):
        run_due(at)
    assert moments(campaign) == [("11-28 09:00", "")]
    assert sent() == ["早上好！"]


def test_one_whose_day_has_passed_is_recorded_as_missed(application):
    campaign = send_plain(only_on=date(2026, 11, 23))
    run_due("2026-11-24T12:01")
    assert (moments(campaign), sent()) == ([("11-23 09:00", "missed")], [])
    assert timezone.now() - campaign.created_at < timedelta(minutes=1)


def test_a_change_of_its_time_leaves_alone_whom_the_admin_has_chosen(application):
    member = make_member(application, "lisi", status="active")
    segment = services.save_segment(Segment(corporation=application.corporation, name="李四", rule=RULE))
    member.facts.create(key="city", text="上海")
    campaign = send_plain()
    campaign.audience = {"segments": [segment.pk]}
    services.save_campaign(campaign)
    services.start_campaign(campaign, alone=True, now=clock("2026-11-24T13:00"))
    change(campaign, "2026-11-24T14:00", cron="30 8 * * *")
    assert (campaign.audience, campaign.state) == ({"segments": [segment.pk]}, "scheduled")
    run_due("2026-11-25T08:30")
    assert sent("lisi") == ["早上好！"]
