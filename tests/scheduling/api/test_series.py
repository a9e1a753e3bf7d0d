"""Series over REST: written with their steps, every step of their life with its scope, members added once."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from openuser.models import WebhookDelivery, WebhookEndpoint
from scheduling import services
from scheduling.models import Enrolment, EnrolmentStep, Series
from tests.scheduling.support.campaigns import approver_api
from tests.scheduling.support.series import give_date, make_series
from tests.support import factories
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db
SERIES, MEMBERS = "/api/v1/series/", "/api/v1/series-members/"
SCOPES = {"campaigns:read", "campaigns:write", "campaigns:approve", "campaigns:send"}
BODY: dict[str, Any] = {
    "name": "加入",
    "audience": {"everyone": True},
    "anchor": "api",
    "steps": [
        {"day": 0, "at": None, "contents": [{"text": "欢迎"}]},
        {"day": 1, "at": "09:00", "contents": [{"text": "第二天"}, {"language": "en", "text": "Day two"}]},
    ],
}


@pytest.fixture
def api() -> APIClient:
    return make_api(*SCOPES)


@pytest.fixture
def member(application):
    return factories.make_member(application, "wangfang", status="active")


def post(api: APIClient, url: str, body: Any = None, *, status: int = 200) -> Any:
    who = approver_api() if url.endswith("/approve/") else api
    answer = who.post(url, body or {}, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


def running(api: APIClient, body: Any = None) -> str:
    address = f"{SERIES}{post(api, SERIES, body or BODY, status=201)['id']}/"
    for step in ("ask-approval", "approve", "start"):
        post(api, f"{address}{step}/")
    return address


def test_a_series_goes_from_draft_to_cancelled(api, application):
    row = post(api, SERIES, BODY, status=201)
    assert (row["state"], row["problems"], [one["day"] for one in row["steps"]]) == ("draft", [], [0, 1])
    address = f"{SERIES}{row['id']}/"
    steps = [("ask-approval", "waiting"), ("approve", "approved"), ("start", "running"), ("pause", "paused")]
    for step, state in [*steps, ("resume", "running"), ("cancel", "cancelled")]:
        body = {"why": "换了日子"} if step in ("pause", "cancel") else None
        assert post(api, f"{address}{step}/", body)["state"] == state
    assert api.get(f"{address}changes/").json()[0]["after"] == "cancelled"


def test_given_steps_replace_all_and_keep_the_rows_of_their_times(api, application):
    row = post(api, SERIES, BODY, status=201)
    kept = row["steps"][1]
    steps = [{**BODY["steps"][1], "contents": [{"text": "新的第二天"}]}, {**BODY["steps"][1], "day": 5}]
    answer = api.patch(f"{SERIES}{row['id']}/", {"steps": steps}, format="json")
    assert answer.status_code == 200, answer.content
    found = answer.json()["steps"]
    assert [one["day"] for one in found] == [1, 5]
    assert found[0]["id"] == kept["id"]
    assert found[0]["contents"][0]["text"] == "新的第二天"


def test_a_series_goes_by_the_clock_of_each_member(api, application):
    row = post(api, SERIES, {**BODY, "in_member_zone": True}, status=201)
    assert row["in_member_zone"] is True
    assert set(Series.objects.get().steps.values_list("in_member_zone", flat=True)) == {True}


def test_what_is_wrong_has_its_field_and_step(api, application):
    steps = [{"day": -1, "at": "09:00", "contents": [{"text": ""}]}]
    row = post(api, SERIES, {**BODY, "steps": steps}, status=201)
    assert [(one["step"], one["field"], one["code"]) for one in row["problems"]] == [
        (row["steps"][0]["id"], "day", "before_event"),
        (row["steps"][0]["id"], "text", "empty"),
    ]
    refused = post(api, f"{SERIES}{row['id']}/ask-approval/", status=422)
    assert "before_event" in str(refused)


def test_two_steps_at_one_time_leave_nothing_behind(api, application):
    post(api, SERIES, {**BODY, "steps": [BODY["steps"][1]] * 2}, status=422)
    assert not Series.objects.exists()


def test_a_member_is_added_once_and_a_dry_run_says_what_comes(api, member):
    address = running(api)
    ahead = post(api, f"{address}members/", {"user_id": "wangfang", "dry_run": True}, status=202)
    assert [one["day"] for one in ahead["steps"]] == [0, 1]
    assert not Enrolment.objects.exists()
    row = post(api, f"{address}members/", {"user_id": "WangFang"}, status=201)
    assert post(api, f"{address}members/", {"user_id": "wangfang"})["id"] == row["id"]
    assert (row["source"], row["status"], len(row["steps_had"])) == ("api", "active", 1)
    assert EnrolmentStep.objects.get().step.day == 0


def test_a_member_is_stopped_and_listed_with_the_reason(api, member):
    row = post(api, f"{running(api)}members/", {"user_id": "wangfang"}, status=201)
    stopped = post(api, f"{MEMBERS}{row['id']}/stop/", {"note": "moved"})
    assert (stopped["status"], stopped["reason"], stopped["note"]) == ("stopped", "api", "moved")
    (listed,) = api.get(MEMBERS, {"user_id": "wangfang", "status": "stopped"}).json()["results"]
    assert listed["id"] == row["id"]
    assert api.get(MEMBERS, {"status": "active"}).json()["results"] == []


@pytest.mark.parametrize(("user_id", "code"), [("nobody", "member_unknown"), ("lisi", "not_in_audience")])
def test_who_cannot_be_added_is_told_why(api, member, application, user_id, code):
    factories.make_member(application, "lisi", status="active")
    address = running(api, {**BODY, "audience": {"members": ["wangfang"]}})
    assert code in str(post(api, f"{address}members/", {"user_id": user_id}, status=422))


def test_a_dry_run_of_a_start_is_equal_to_the_outcome(api, member, application):
    give_date(member, "2020-01-01")
    for number in range(3):
        give_date(factories.make_member(application, f"m{number}", status="active"), "2099-01-01")
    series = make_series(0, 3)
    address = f"{SERIES}{series.pk}/"
    found = post(api, f"{address}start/", {"dry_run": True}, status=202)
    assert (found, Enrolment.objects.count()) == ({"members": 3, "due": {}, "at_night": [], "on_days_off": True}, 0)
    for step in ("ask-approval", "approve", "start"):
        post(api, f"{address}{step}/")
    assert Enrolment.objects.count() == 3


def test_a_rehearsal_of_a_series_keeps_nothing(api, member):
    give_date(member, "2099-01-06")
    series = make_series(0, 1)
    found = api.get(f"{SERIES}{series.pk}/rehearsal/?since=2099-01-05&days=3&members=wangfang").json()
    (line,) = found["timelines"]
    assert [one["at"][:10] for one in line["occasions"]] == ["2099-01-06", "2099-01-07"]
    assert found["days_unknown"] == []
    assert not Enrolment.objects.exists()


def test_a_rehearsal_marks_the_unknown_days_of_a_series(api, member):
    series = make_series(0, days_off="wait", name="入职")
    found = api.get(f"{SERIES}{series.pk}/rehearsal/?since=2099-01-05&days=3&members=wangfang").json()
    (doubt,) = found["days_unknown"]
    assert (doubt["name"], doubt["year"], doubt["stops"]) == ("入职", 2099, False)
    assert "import" in doubt["words"].lower()


def test_a_rehearsal_lets_members_leave_after_their_last_day(api, member):
    give_date(member, "2099-01-06")
    address = f"{SERIES}{make_series(0, 1).pk}/rehearsal/?since=2099-01-05&days=3"
    (line,) = api.get(f"{address}&leavers=WangFang=2099-01-06").json()["timelines"]
    assert (line["last_day"], [one["at"][:10] for one in line["occasions"]]) == ("2099-01-06", ["2099-01-06"])
    refused = api.get(f"{address}&leavers=wangfang")
    assert (refused.status_code, refused.json()["code"]) == (422, "member_day_form")


@pytest.mark.parametrize(
    ("act", "scope"),
    [("ask-approval", "write"), ("approve", "approve"), ("start", "send"), ("pause", "send"), ("members", "send")],
)
def test_each_step_needs_its_scope(application, act, scope):
    series = make_series(0)
    others = SCOPES - {f"campaigns:{scope}"}
    assert make_api(*others).post(f"{SERIES}{series.pk}/{act}/", {"user_id": "x"}).status_code == 403
    allowed = make_api(f"campaigns:{scope}", may_approve=True)
    assert allowed.post(f"{SERIES}{series.pk}/{act}/", {"user_id": "x"}).status_code != 403


def test_steps_are_not_listed_as_campaigns_and_live_with_their_series(api, application):
    step = make_series(0).steps.get()
    assert api.get("/api/v1/campaigns/").json()["results"] == []
    address = f"/api/v1/campaigns/{step.pk}/"
    assert api.get(address).json()["repeats"] == "series"
    assert api.patch(address, {"repeats": "once", "audience": {"tags": [7]}}, format="json").status_code == 200
    step.refresh_from_db()
    assert (step.repeats, step.audience) == ("series", {"everyone": True})
    assert "series_step" in str(post(api, f"{address}ask-approval/", status=409))
    assert api.delete(address).status_code == 409


def test_a_campaign_is_no_step_of_no_series(api, application):
    body = {"name": "x", "content_type": "text", "audience": {"everyone": True}, "contents": [{"text": "x"}]}
    row = post(api, "/api/v1/campaigns/", {**body, "repeats": "series"}, status=201)
    assert [one["code"] for one in row["problems"]] == ["no_series"]


def test_the_webhook_names_the_series(api, member):
    WebhookEndpoint.objects.create(name="OA", url="https://example.com/", events=["campaign.started"])
    address = running(api)
    post(api, f"{address}members/", {"user_id": "wangfang"}, status=201)
    payload = WebhookDelivery.objects.get().payload
    assert f'"series":{address.split("/")[-2]}' in payload.replace(" ", "")
    assert services.sweep_series() == 0
