"""Schedules over REST as since 0.5: each is a campaign without approval."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from rest_framework.test import APIClient

from scheduling import services
from scheduling.models import Campaign, Schedule
from tests.scheduling.support.campaigns import work
from tests.scheduling.support.plain_messages import clock, former_run, former_schedule, run_due, send_plain, sent
from tests.support.factories import make_api, make_department, make_digital_human, make_directory_sync, make_member

pytestmark = pytest.mark.django_db
SCHEDULES = "/api/v1/schedules/"
RUNS = "/api/v1/schedule-runs/"
BODY = {"user_ids": ["ZhangSan"], "text": "早上好！", "cron": "0 9 * * *"}


@pytest.fixture
def api() -> APIClient:
    return make_api("schedules:read", "schedules:write")


def post(api: APIClient, url: str, body: Any = None, **headers: str) -> Any:
    return api.post(url, body or {}, format="json", headers=headers)


def address_of(campaign: Campaign) -> str:
    return f"{SCHEDULES}{campaign.replaces_id}/"


def address(**fields: Any) -> str:
    """The address of a schedule that goes on."""
    return address_of(send_plain(has_id=True, **fields))


def test_a_schedule_is_created_and_says_when_it_speaks(api):
    answer = post(api, SCHEDULES, BODY)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert (found["user_ids"], found["words"], found["name"]) == (["zhangsan"], "every day at 09:00", "早上好！")
    assert (found["time_zone"], found["grace_minutes"], found["paused"]) == ("Asia/Shanghai", 10, False)
    assert len(found["next_runs"]) == 5
    first = datetime.fromisoformat(found["next_runs"][0])
    assert first > timezone.now()
    assert api.get(answer["Location"]).json() == found
    campaign = Campaign.objects.get()
    assert (campaign.pk, campaign.policy, campaign.periodic_task is None) == (found["campaign"], "alone", False)


def test_all_that_is_written_is_read_again(api, application):
    make_department(application, 7)
    human = make_digital_human()
    wished = {
        **{"name": "晨报", "message_type": "video", "digital_human": human.pk, "mode": "lipsync", "days": "working"},
        **{"department_numbers": [7], "cron": "30 8 * * 1-5", "time_zone": "Europe/Berlin", "grace_minutes": 45},
        **{"unknown_days": "weekdays", "application": application.pk, "text": "大家好！", "user_ids": ["zhangsan"]},
    }
    found = post(api, SCHEDULES, wished).json()
    assert {name: found[name] for name in wished} == wished
    once = post(api, SCHEDULES, {**BODY, "only_on": "2030-12-01", "cron": "30 8 * * *"}).json()
    assert (once["only_on"], once["cron"], once["days"]) == ("2030-12-01", "30 8 1 12 *", "every")
    assert [one[:10] for one in once["next_runs"]] == ["2030-12-01"]


@pytest.mark.databases
def test_the_same_post_under_a_key_makes_one(api):
    first, second = (post(api, SCHEDULES, BODY, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == second.json()
    assert (Schedule.objects.count(), Campaign.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cron": "0 25 * * *"}, "cron"),
        ({"time_zone": "Asia/Peking"}, "time_zone"),
        ({"user_ids": ["@team"]}, "user_ids"),
        ({"user_ids": []}, "user_ids"),
        ({"digital_human": 404}, "digital_human"),
        ({"grace_minutes": 0}, "grace_minutes"),
        ({"message_type": "video", "text": "长" * 601}, "text"),
        ({"text": " "}, "text"),
        ({"values": {"a": "b"}}, "values"),
        ({"days": "sometimes"}, "days"),
        ({"only_on": "2026-12-01", "cron": "0 9 2 * *"}, "only_on"),
    ],
)
def test_what_is_wrong_is_a_422_that_names_the_field(api, fields, field):
    answer = post(api, SCHEDULES, {**BODY, **fields})
    assert answer.status_code == 422
    found = json.loads(answer.content)
    assert found["field"].split("[")[0] == field
    assert found["hint"]
    assert not Schedule.objects.exists()
    assert not Campaign.objects.exists()


def test_a_schedule_is_changed_paused_resumed_and_deleted(api):
    url = address(message_type="video", digital_human=make_digital_human())
    answer = api.patch(url, {"cron": "30 8 * * 1", "digital_human": None}, format="json")
    assert answer.json()["words"] == "every Monday at 08:30"
    assert (answer.json()["digital_human"], answer.json()["paused"]) == (None, False)
    assert api.patch(url, {"cron": "30 8"}, format="json").status_code == 422
    for _twice in range(2):
        paused = post(api, f"{url}pause/").json()
        assert (paused["paused"], paused["next_runs"]) == (True, [])
    changed = api.patch(url, {"text": "大家好！"}, format="json").json()
    assert (changed["paused"], changed["text"], changed["cron"]) == (True, "大家好！", "30 8 * * 1")
    for _twice in range(2):
        assert post(api, f"{url}resume/").json()["paused"] is False
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
    assert not Campaign.objects.exists()


def test_what_came_due_in_a_pause_is_skipped(api):
    campaign, now = send_plain(has_id=True, cron="* * * * *"), timezone.now()
    services.pause_mailing(campaign)
    Campaign.objects.update(watched_from=now - timedelta(minutes=3), next_at=now - timedelta(minutes=2))
    assert post(api, f"{address_of(campaign)}resume/").json()["paused"] is False
    campaign.refresh_from_db()
    assert campaign.next_at > now


def test_a_change_leaves_alone_what_was_made_of_it_in_the_admin(api):
    campaign = send_plain(has_id=True)
    campaign.audience = {"everyone": True, "exclude": {"members": ["lisi"]}}
    services.save_campaign(campaign)
    services.start_campaign(campaign, alone=True)
    found = api.patch(address_of(campaign), {"cron": "30 8 * * 1"}, format="json").json()
    assert (found["user_ids"], found["paused"]) == (["@all"], False)
    campaign.refresh_from_db()
    assert campaign.audience == {"everyone": True, "exclude": {"members": ["lisi"]}}


def test_the_times_of_one_that_was_made_a_card_are_changed(api):
    campaign = send_plain(has_id=True, draft=True)
    campaign.content_type = "markdown"
    services.save_campaign(campaign)
    found = api.patch(address_of(campaign), {"cron": "30 8 * * 1"}, format="json").json()
    campaign.refresh_from_db()
    assert (found["words"], campaign.content_type) == ("every Monday at 08:30", "markdown")


def test_one_that_has_gone_out_is_kept_among_the_campaigns(api, application):
    make_member(application, "zhangsan", status="active")
    campaign = send_plain(has_id=True)
    run_due("2026-11-25T09:00")
    assert api.delete(address_of(campaign)).status_code == 204
    campaign.refresh_from_db()
    assert (campaign.state, campaign.runs.count(), campaign.replaces) == ("cancelled", 1, None)
    assert api.get(SCHEDULES).json()["results"] == []


def test_run_now_gives_the_run_which_workers_send(api, application):
    answer = post(api, f"{address()}run/")
    assert answer.status_code == 201
    found = answer.json()
    assert (found["outcome"], found["by_hand"], found["message_count"]) == ("sent", True, 0)
    work(calls=False)
    assert api.get(answer["Location"]).json()["message_count"] == 1
    assert sent() == ["早上好！"]


def test_runs_say_what_became_of_each_moment(api, application):
    early, late = send_plain(has_id=True), send_plain(has_id=True, cron="0 12 * * *")
    run_due("2026-11-25T12:00")
    (found,) = api.get(RUNS, {"schedule": early.replaces_id}).json()["results"]
    assert (found["outcome"], found["message_count"], found["why"]) == ("missed", 0, "missed")
    assert [run["schedule"] for run in api.get(RUNS, {"outcome": "sent"}).json()["results"]] == [late.replaces_id]
    assert [run["outcome"] for run in api.get(RUNS, {"outcome": "missed"}).json()["results"]] == ["missed"]
    assert api.get(RUNS, {"outcome": "failed"}).json()["results"] == []
    after = {"due_after": "2026-11-25T10:00:00+08:00"}
    assert [run["schedule"] for run in api.get(RUNS, after).json()["results"]] == [late.replaces_id]


def test_who_was_left_out_is_named(api, application):
    make_member(application, "lisi", status="left")
    campaign = send_plain(has_id=True, user_ids=["zhangsan", "lisi"])
    run_due("2026-11-25T09:00")
    (found,) = api.get(RUNS, {"schedule": campaign.replaces_id}).json()["results"]
    assert found["unreached"] == {"lisi": "left"}


def test_who_is_not_in_the_directory_any_more_is_named_too(api, application):
    campaign = send_plain(has_id=True, user_ids=["zhangsan", "wangwu"])
    make_member(application, "zhangsan", status="active")
    make_directory_sync(application, status="done")
    run_due("2026-11-25T09:00")
    found = api.get(f"{RUNS}{campaign.runs.get().pk}/").json()
    assert (found["unreached"], found["message_count"]) == ({"wangwu": "unknown"}, 1)


def test_the_ids_of_before_an_update_lead_on(api):
    schedule = former_schedule(name="早")
    former_run(schedule, "2026-11-20T09:00", "failed", reason="members_too_many")
    services.replace_schedules(now=clock("2026-11-24T12:00"))
    found = api.get(f"{SCHEDULES}{schedule.pk}/").json()
    assert (found["id"], found["name"], found["text"], found["paused"]) == (schedule.pk, "早", "早上好！", False)
    (run,) = api.get(RUNS, {"schedule": schedule.pk}).json()["results"]
    assert (run["outcome"], run["schedule"]) == ("failed", schedule.pk)


@pytest.mark.databases
def test_lists_are_filtered(api):
    send_plain(has_id=True)
    campaign = send_plain(has_id=True, message_type="video")
    services.pause_mailing(campaign)
    services.schedule_wechat_message("zhangsan", message="由代码", schedule="0 9 * * *")  # no schedule of REST
    assert len(api.get(SCHEDULES).json()["results"]) == 2
    assert [one["id"] for one in api.get(SCHEDULES, {"paused": "true"}).json()["results"]] == [campaign.replaces_id]
    assert len(api.get(SCHEDULES, {"message_type": "text"}).json()["results"]) == 1
    assert len(api.get(SCHEDULES, {"paused": "false"}).json()["results"]) == 1
    for wrong in ({"colour": "red"}, {"paused": "null"}):
        assert api.get(SCHEDULES, wrong).status_code == 422


def test_it_says_which_campaign_it_is():
    api, campaign = make_api("schedules:read", "campaigns:write"), send_plain(has_id=True)
    answer = post(api, f"{address_of(campaign)}convert/")
    assert (answer.status_code, answer.json()) == (201, {"campaign": campaign.pk, "differences": []})
    assert post(api, f"{address_of(campaign)}convert/", {"dry_run": True}).status_code == 202


def test_to_read_is_not_to_write():
    reader, url = make_api("schedules:read"), address()
    assert reader.get(SCHEDULES).status_code == 200
    assert post(reader, SCHEDULES, BODY).status_code == 403
    assert post(reader, f"{url}run/").status_code == 403


def test_a_person_who_may_start_one_may_not_send_it(application):
    person = User.objects.create_user("clerk", is_staff=True)
    rights = ("view_campaign", "add_campaign", "change_campaign", "start_alone_campaign")
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    api, url = APIClient(), address()
    api.force_login(person)
    assert post(api, f"{url}pause/").status_code == 200
    assert post(api, f"{url}resume/").status_code == 200
    assert post(api, f"{url}run/").status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="send_campaign"))
    assert post(api, f"{url}run/").status_code == 201


def test_the_scope_for_drafts_creates_changes_and_deletes_drafts_only():
    api = make_api("schedules:read", "schedules:draft")
    found = post(api, SCHEDULES, {**BODY, "draft": False}).json()
    assert (found["draft"], found["paused"], found["next_runs"]) == (True, True, [])
    url = f"{SCHEDULES}{found['id']}/"
    assert api.patch(url, {"text": "晚上好！"}, format="json").json()["text"] == "晚上好！"
    assert api.patch(url, {"draft": False}, format="json").status_code == 422
    assert post(api, f"{url}ask-for-publishing/").json()["asked_at"]
    published = address()
    assert api.patch(published, {"text": "x"}, format="json").status_code == 403
    assert api.delete(published).status_code == 403
    for act in ("publish", "send-back", "run", "pause", "resume"):
        assert {post(api, f"{one}{act}/", {"note": "x"}).status_code for one in (url, published)} == {403}
    assert api.delete(url).status_code == 204
    assert Campaign.objects.count() == 1


def test_the_scope_for_writing_publishes_and_sends_back(api):
    found = post(api, SCHEDULES, {**BODY, "draft": True}).json()
    url = f"{SCHEDULES}{found['id']}/"
    assert post(api, f"{url}run/").status_code == post(api, f"{url}resume/").status_code == 409
    post(api, f"{url}ask-for-publishing/")
    assert post(api, f"{url}send-back/", {"note": "明天放假。"}).json()["returned_note"] == "明天放假。"
    assert api.get(f"{SCHEDULES}?draft=true").json()["results"][0]["id"] == found["id"]
    published = post(api, f"{url}publish/").json()
    assert (published["draft"], published["paused"], len(published["next_runs"])) == (False, False, 5)
    assert post(api, f"{url}publish/").status_code == 409


def test_an_account_without_the_right_to_start_alone_posts_drafts(application):
    user = User.objects.create_user("editor", is_staff=True)
    rights = ("view_campaign", "add_campaign", "change_campaign")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    api = APIClient()
    api.force_login(user)
    found = post(api, SCHEDULES, BODY).json()
    assert found["draft"]
    assert post(api, f"{SCHEDULES}{found['id']}/publish/").status_code == 403
    assert post(api, f"{address()}pause/").status_code == 403
