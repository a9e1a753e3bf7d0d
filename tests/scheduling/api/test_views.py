"""Schedules over REST."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from rest_framework.test import APIClient

from scheduling import services
from scheduling.models import Run, Schedule
from tests.scheduling.support.schedules import clock, make_schedule, sent
from tests.support.factories import make_api, make_digital_human

pytestmark = pytest.mark.django_db
SCHEDULES = "/api/v1/schedules/"
RUNS = "/api/v1/schedule-runs/"
BODY = {"user_ids": ["ZhangSan"], "text": "早上好！", "cron": "0 9 * * *"}


@pytest.fixture
def api() -> APIClient:
    return make_api("schedules:read", "schedules:write")


def post(api: APIClient, url: str, body: Any = None, **headers: str) -> Any:
    return api.post(url, body or {}, format="json", headers=headers)


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
    assert Schedule.objects.get().periodic_task is not None


@pytest.mark.databases
def test_the_same_post_under_a_key_makes_one(api):
    first, second = (post(api, SCHEDULES, BODY, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == second.json()
    assert Schedule.objects.count() == 1


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
        ({"days": "sometimes"}, "days"),
    ],
)
def test_what_is_wrong_is_a_422_that_names_the_field(api, fields, field):
    answer = post(api, SCHEDULES, {**BODY, **fields})
    assert answer.status_code == 422
    found = json.loads(answer.content)
    assert found["field"].split("[")[0] == field
    assert found["hint"]
    assert not Schedule.objects.exists()


def test_a_schedule_is_changed_paused_resumed_and_deleted(api):
    url = f"{SCHEDULES}{make_schedule(digital_human=make_digital_human()).pk}/"
    answer = api.patch(url, {"cron": "30 8 * * 1", "digital_human": None}, format="json")
    assert answer.json()["words"] == "every Monday at 08:30"
    assert answer.json()["digital_human"] is None
    assert api.patch(url, {"cron": "30 8"}, format="json").status_code == 422
    paused = post(api, f"{url}pause/").json()
    assert (paused["paused"], paused["next_runs"]) == (True, [])
    assert post(api, f"{url}resume/").json()["paused"] is False
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


def test_run_now_gives_the_run_and_its_messages(api, application):
    answer = post(api, f"{SCHEDULES}{make_schedule().pk}/run/")
    assert answer.status_code == 201
    found = answer.json()
    assert (found["outcome"], found["by_hand"], found["message_count"]) == ("sent", True, 1)
    assert found["messages"] == [Run.objects.get().messages.get().pk]
    assert api.get(answer["Location"]).json() == found
    assert sent() == ["早上好！"]


def test_runs_say_what_became_of_each_moment(api, application):
    schedule, other = make_schedule(), make_schedule(cron="0 12 * * *")
    for one in (schedule, other):
        services.run_due(one.pk, now=clock("2026-11-25T12:00"))
    (found,) = api.get(RUNS, {"schedule": schedule.pk}).json()["results"]
    assert (found["outcome"], found["message_count"]) == ("missed", 0)
    assert "Too late" in found["why"]
    assert [run["schedule"] for run in api.get(RUNS, {"outcome": "sent"}).json()["results"]] == [other.pk]
    after = {"due_after": "2026-11-25T10:00:00+08:00"}
    assert [run["schedule"] for run in api.get(RUNS, after).json()["results"]] == [other.pk]


@pytest.mark.databases
def test_lists_are_filtered(api):
    make_schedule()
    services.pause(make_schedule(message_type="video"))
    assert len(api.get(SCHEDULES).json()["results"]) == 2
    assert len(api.get(SCHEDULES, {"paused": "true"}).json()["results"]) == 1
    assert len(api.get(SCHEDULES, {"message_type": "text"}).json()["results"]) == 1
    assert len(api.get(SCHEDULES, {"paused": "false"}).json()["results"]) == 1
    for wrong in ({"colour": "red"}, {"paused": "null"}):
        assert api.get(SCHEDULES, wrong).status_code == 422


def test_to_read_is_not_to_write():
    reader = make_api("schedules:read")
    schedule = make_schedule()
    assert reader.get(SCHEDULES).status_code == 200
    assert post(reader, SCHEDULES, BODY).status_code == 403
    assert post(reader, f"{SCHEDULES}{schedule.pk}/run/").status_code == 403


def test_a_person_who_may_change_a_schedule_may_not_send_it(application):
    person = User.objects.create_user("clerk", is_staff=True)
    rights = ("view_schedule", "change_schedule", "publish_schedule")
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    api = APIClient()
    api.force_login(person)
    url = f"{SCHEDULES}{make_schedule().pk}/"
    assert post(api, f"{url}pause/").status_code == 200
    assert post(api, f"{url}run/").status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="run_schedule"))
    assert post(api, f"{url}run/").status_code == 201


def test_the_scope_for_drafts_creates_changes_and_deletes_drafts_only():
    api = make_api("schedules:read", "schedules:draft")
    found = post(api, SCHEDULES, {**BODY, "draft": False}).json()
    assert (found["draft"], found["paused"], found["next_runs"]) == (True, True, [])
    url = f"{SCHEDULES}{found['id']}/"
    assert api.patch(url, {"text": "晚上好！"}, format="json").json()["text"] == "晚上好！"
    assert api.patch(url, {"draft": False}, format="json").status_code == 422
    assert post(api, f"{url}ask-for-publishing/").json()["asked_at"]
    published = f"{SCHEDULES}{make_schedule().pk}/"
    assert api.patch(published, {"text": "x"}, format="json").status_code == 403
    assert api.delete(published).status_code == 403
    for act in ("publish", "send-back", "run", "pause", "resume"):
        assert {post(api, f"{one}{act}/", {"note": "x"}).status_code for one in (url, published)} == {403}
    assert api.delete(url).status_code == 204
    assert not Run.objects.exists()


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


def test_an_account_without_the_right_to_publish_posts_drafts(application):
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__endswith="_schedule").exclude(
            codename__in=("publish_schedule", "run_schedule")
        )
    )
    api = APIClient()
    api.force_login(user)
    found = post(api, SCHEDULES, BODY).json()
    assert found["draft"]
    assert post(api, f"{SCHEDULES}{found['id']}/publish/").status_code == 403
    assert post(api, f"{SCHEDULES}{make_schedule().pk}/pause/").status_code == 403
