"""Campaigns over REST: every step, each with a scope of its own, and a dry run that is equal to the outcome."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.test import APIClient

from openuser.models import WebhookDelivery, WebhookEndpoint
from scheduling import services
from scheduling.models import Campaign, CampaignChange, CampaignRun, Delivery
from tests.scheduling.support.campaigns import approver_api, make_campaign, outcomes, work
from tests.scheduling.support.plain_messages import zone_where_it_is
from tests.support import factories
from tests.support.factories import make_api
from wecom.models import Member, MemberFact, Outbound

pytestmark = pytest.mark.django_db
CAMPAIGNS = "/api/v1/campaigns/"
FAR = "2099-01-01T09:00:00+08:00"
BODY = {
    "name": "年会",
    "content_type": "text",
    "audience": {"everyone": True},
    "contents": [{"text": "{{name}}，年会在周五。"}, {"language": "en", "text": "The party is on Friday."}],
}


@pytest.fixture
def api() -> APIClient:
    return make_api("campaigns:read", "campaigns:write", "campaigns:approve", "campaigns:send")


@pytest.fixture
def people(application):
    known = [factories.make_member(application, f"p{number}", name=f"人{number}") for number in range(3)]
    nameless = factories.make_member(application, "nameless")
    left = factories.make_member(application, "left", name="走", status="disabled")
    return [*known, nameless, left]


def post(api: APIClient, url: str, body: Any = None, *, status: int = 200) -> Any:
    who = approver_api() if url.endswith("/approve/") else api
    answer = who.post(url, body or {}, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_campaign_goes_from_draft_to_running(api, people):
    row = post(api, CAMPAIGNS, BODY, status=201)
    assert (row["state"], row["problems"]) == ("draft", [])
    address = f"{CAMPAIGNS}{row['id']}/"
    for step, state in (("ask-approval", "waiting"), ("approve", "approved"), ("start", "running")):
        assert post(api, f"{address}{step}/")["state"] == state
    assert post(api, f"{address}pause/", {"why": "等一下"})["state"] == "paused"
    assert next(one["after"] for one in api.get(f"{address}changes/").json()) == "paused"
    assert post(api, f"{address}resume/")["state"] == "running"
    assert post(api, f"{address}cancel/")["state"] == "cancelled"


def test_of_many_steps_the_newest_two_hundred_are_told(api, people):
    row = make_campaign("早")
    CampaignChange.objects.bulk_create(
        CampaignChange(campaign=row, after="paused", why=f"{number}") for number in range(205)
    )
    told = [one["why"] for one in api.get(f"{CAMPAIGNS}{row.pk}/changes/").json()]
    assert told == [f"{number}" for number in range(204, 4, -1)]


def test_a_dry_run_is_equal_to_the_outcome_and_keeps_nothing(api, people):
    row = post(api, CAMPAIGNS, BODY, status=201)
    address = f"{CAMPAIGNS}{row['id']}/"
    found = post(api, f"{address}start/", {"dry_run": True}, status=202)
    assert found.pop("zones") == {"Asia/Shanghai": 3}
    assert [one["code"] for one in found.pop("blockers")] == ["not_approved"]
    found.pop("odd_hour")  # tests run at any hour
    assert found == {"planned": 3, "calls": 1, "left_out": {"disabled": 1, "no_value": 1}, "variants": {"A": 3}}
    assert not Delivery.objects.exists()
    assert not Outbound.objects.exists()
    for step in ("ask-approval", "approve", "start"):
        post(api, f"{address}{step}/")
    work(calls=False)
    campaign = Campaign.objects.get()
    assert outcomes(campaign) == {"planned": 3, "skipped:disabled": 1, "skipped:no_value": 1}
    (run,) = api.get(f"/api/v1/campaign-runs/?campaign={campaign.pk}").json()["results"]
    assert (run["planned"], run["left_out"]) == (3, 2)
    listed = api.get(f"/api/v1/deliveries/?campaign={campaign.pk}&user_id=NAMELESS").json()["results"]
    assert [(one["user_id"], one["status"], one["reason"]) for one in listed] == [("nameless", "skipped", "no_value")]


def approved(api: APIClient, **fields: Any) -> str:
    """The address of a campaign that is approved."""
    address = f"{CAMPAIGNS}{post(api, CAMPAIGNS, {**BODY, **fields}, status=201)['id']}/"
    for step in ("ask-approval", "approve"):
        post(api, f"{address}{step}/")
    return address


def test_one_for_nobody_is_not_started_and_a_dry_run_says_so(api, people):
    address = approved(api, audience={"members": ["stranger"]})
    found = post(api, f"{address}start/", {"dry_run": True}, status=202)
    (blocker,) = found["blockers"]
    assert (found["planned"], blocker["code"], blocker["final"]) == (0, "nobody", True)
    refused = post(api, f"{address}start/", {"anyway": True}, status=422)
    assert (refused["field"], refused["detail"], refused["hint"]) == ("audience", blocker["message"], blocker["remedy"])
    assert api.get(address).json()["state"] == "approved"


def test_what_was_sent_today_is_started_again_only_on_purpose(api, people):
    post(api, f"{approved(api)}start/")
    work(calls=False)
    CampaignRun.objects.update(ended_at=timezone.now())
    again = approved(api, name="再来一次")
    (doubt,) = post(api, f"{again}start/", {"dry_run": True}, status=202)["blockers"]
    assert (doubt["code"], doubt["final"]) == ("same_lately", False)
    refused = post(api, f"{again}start/", status=409)
    assert (refused["code"], "anyway" in refused["hint"]) == ("same_lately", True)
    assert post(api, f"{again}start/", {"anyway": True})["state"] == "running"


def test_a_preview_is_in_the_words_and_the_language_of_the_member(api, people):
    Member.objects.filter(user_id="p1").update(language="en")
    address = f"{CAMPAIGNS}{post(api, CAMPAIGNS, BODY, status=201)['id']}/preview/"
    assert api.get(address, {"user_id": "P0"}).json() == {
        "user_id": "p0",
        "variant": "A",
        "language": "zh-hans",
        "words": "人0，年会在周五。",
        "msgtype": "text",
        "content": {"content": "人0，年会在周五。"},
        "render": None,
    }
    assert api.get(address, {"user_id": "p1"}).json()["words"] == "The party is on Friday."
    refused = api.get(address, {"user_id": "stranger"})
    assert (refused.status_code, refused.json()["field"]) == (422, "user_id")


def test_a_preview_masks_personal_facts(api, people):
    MemberFact.objects.create(member=people[0], key="birthday", date="1990-05-17")
    row = post(api, CAMPAIGNS, {**BODY, "contents": [{"text": "生日：{{birthday}}"}]}, status=201)
    assert api.get(f"{CAMPAIGNS}{row['id']}/preview/?user_id=p0").json()["words"] == "生日：19**-**-17"


def test_a_test_goes_to_one_member_and_a_dry_run_to_none(api, people):
    address = f"{CAMPAIGNS}{post(api, CAMPAIGNS, BODY, status=201)['id']}/test/"
    seen = post(api, address, {"user_id": "p1", "dry_run": True}, status=202)
    assert not Outbound.objects.exists()
    assert post(api, address, {"user_id": "p1"}) == seen
    sent = Outbound.objects.get()
    assert (sent.recipients, sent.content["content"]) == (["p1"], f"【测试】 {seen['words']}")
    assert not Delivery.objects.exists()


def test_a_test_of_a_file_that_is_gone_is_refused(api, people):
    campaign = make_campaign({"file": "campaigns/gone.pdf"}, content_type="file")
    refused = post(api, f"{CAMPAIGNS}{campaign.pk}/test/", {"user_id": "p1", "dry_run": True}, status=422)
    assert (refused["code"], refused["field"]) == ("file_missing", "contents")


def test_a_rehearsal_tells_the_days_and_keeps_nothing(api, people):
    row = post(api, CAMPAIGNS, {**BODY, "repeats": "cron", "cron": "0 9 * * *"}, status=201)
    address = f"{CAMPAIGNS}{row['id']}/rehearsal/?since=2099-01-05&days=2&members="
    found = api.get(f"{address}p1").json()
    (line,) = found["timelines"]
    assert (line["user_id"], found["sent"], len(found["days"])) == ("p1", 2, 2)
    assert [one["at"][:10] for one in line["occasions"]] == ["2099-01-05", "2099-01-06"]
    assert not Delivery.objects.exists()
    answer = api.get(f"{address}nobody")
    assert (answer.status_code, answer.json()["code"]) == (422, "rehearsal_nobody")


def test_a_rehearsal_is_asked_for_and_read_where_it_is(api, people):
    row = post(api, CAMPAIGNS, {**BODY, "repeats": "cron", "cron": "0 9 * * *"}, status=201)
    address, wish = f"{CAMPAIGNS}{row['id']}/rehearsal/", {"since": "2099-01-05", "days": 2, "members": "p1"}
    asked = api.post(address, wish, content_type="application/json")
    assert (asked.status_code, asked.json()["status"], asked.json()["result"]) == (202, "queued", None)
    place = asked["Location"]
    assert place.endswith(f"{address}{asked.json()['id']}/")
    assert api.get(place).json()["percent"] == 0
    services.run_rehearsal(asked.json()["id"])
    found = api.get(place).json()
    assert (found["status"], found["percent"], found["error"]) == ("done", 100, None)
    assert found["result"] == api.get(f"{address}?since=2099-01-05&days=2&members=p1").json()
    assert not Delivery.objects.exists()
    refused = api.post(address, {**wish, "members": "nobody"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "rehearsal_nobody")


def test_problems_say_what_keeps_it_from_being_approved(api, application):
    body = {**BODY, "audience": {}, "contents": [{"text": "{{shoe_size}}"}]}
    row = post(api, CAMPAIGNS, body, status=201)
    assert {one["code"] for one in row["problems"]} == {"audience_empty", "variable_unknown"}
    assert all(one["remedy"] for one in row["problems"])
    assert api.post(f"{CAMPAIGNS}{row['id']}/ask-approval/").status_code == 422
    post(api, f"{CAMPAIGNS}{row['id']}/start/", {"dry_run": True}, status=422)


@pytest.mark.parametrize(
    ("step", "scope"),
    [
        ("approve", "campaigns:approve"),
        ("start", "campaigns:send"),
        ("ask-approval", "campaigns:write"),
        ("test", "campaigns:write"),
    ],
)
def test_each_step_needs_its_scope(application, step, scope):
    campaign = Campaign.objects.create(name="通知", audience={"everyone": True})
    others = {"campaigns:read", "campaigns:write", "campaigns:approve", "campaigns:send"} - {scope}
    answer = make_api(*others).post(f"{CAMPAIGNS}{campaign.pk}/{step}/")
    assert answer.status_code == 403
    assert scope in answer.content.decode()


def test_an_approver_who_cannot_write_approves(application):
    campaign = Campaign.objects.create(name="通知", audience={"everyone": True})
    campaign.contents.create(text="你好")
    api = APIClient()
    approver = User.objects.create_user("boss", is_staff=True)
    approver.user_permissions.add(Permission.objects.get(codename="approve_campaign"))
    api.force_login(approver)
    post(make_api("campaigns:write"), f"{CAMPAIGNS}{campaign.pk}/ask-approval/")
    assert api.post(f"{CAMPAIGNS}{campaign.pk}/approve/").status_code == 200
    assert api.post(f"{CAMPAIGNS}{campaign.pk}/start/").status_code == 403
    assert api.patch(f"{CAMPAIGNS}{campaign.pk}/", {"name": "别的"}, format="json").status_code == 403


def test_a_campaign_that_went_out_is_not_deleted(api, people):
    row = post(api, CAMPAIGNS, BODY, status=201)
    address = f"{CAMPAIGNS}{row['id']}/"
    for step in ("ask-approval", "approve", "start"):
        post(api, f"{address}{step}/")
    assert api.delete(address).status_code == 409
    other = post(api, CAMPAIGNS, BODY, status=201)
    assert api.delete(f"{CAMPAIGNS}{other['id']}/").status_code == 204


def test_webhooks_hear_of_start_stop_and_end(api, people):
    events = ["campaign.started", "campaign.stopped", "campaign.finished"]
    WebhookEndpoint.objects.create(name="OA", url="https://example.com/", events=events)
    row = post(api, CAMPAIGNS, {**BODY, "audience": {"members": ["p1"]}}, status=201)
    for step in ("ask-approval", "approve", "start", "pause", "resume"):
        post(api, f"{CAMPAIGNS}{row['id']}/{step}/")
    Member.objects.filter(user_id="p1").update(status=Member.Status.LEFT)
    work(calls=False)
    assert list(WebhookDelivery.objects.order_by("pk").values_list("event", flat=True)) == events


@pytest.mark.parametrize(
    ("audience", "field"),
    [([], "audience"), ({"exclude": "x"}, "audience.exclude"), ({"tags": ["x"]}, "audience.tags.0")],
)
def test_an_audience_of_another_form_is_refused(api, application, audience, field):
    assert post(api, CAMPAIGNS, {**BODY, "audience": audience}, status=422)["field"] == field


def test_a_start_at_night_is_a_warning_with_better_moments(api, people):
    address = approved(api, time_zone=zone_where_it_is(3))
    odd = post(api, f"{address}start/", {"dry_run": True}, status=202)["odd_hour"]
    assert (odd["is_night"], odd["instead"][0]["kind"]) == (True, "morning")
    later = odd["instead"][0]["at"]
    by_then = post(api, f"{address}start/", {"dry_run": True, "at": later}, status=202)["odd_hour"]
    assert not (by_then and by_then["is_night"])
    started = post(api, f"{address}start/", {"at": later})
    assert (started["state"], parse_datetime(started["next_at"])) == ("scheduled", parse_datetime(later))


def test_a_start_may_wait_for_the_next_working_day(api, people):
    address = approved(api, time_zone=zone_where_it_is(3))
    started = post(api, f"{address}start/", {"next_working_day_at": "10:30"})
    campaign = Campaign.objects.get()
    local = parse_datetime(started["next_at"]).astimezone(campaign.zone)
    assert (f"{local:%H:%M}", campaign.calendar.works_on(local.date())) == ("10:30", True)
    assert started["odd_hour"] is None or not campaign.calendar.knows(local.date())


@pytest.mark.parametrize(
    ("body", "code"),
    [({"at": "2020-01-01T09:00:00+08:00"}, "start_moment"), ({"at": FAR, "next_working_day_at": "09:00"}, "invalid")],
)
def test_a_start_is_not_put_off_into_the_past_or_twice(api, people, body, code):
    assert post(api, f"{approved(api)}start/", body, status=422)["code"] == code


def test_urgency_and_the_working_day_are_approved_over_rest(api, people):
    address = approved(api, next_working_day_at="09:00:00", urgent_reason="停水")
    assert api.get(address).json()["urgent_reason"] == "停水"
    for change in ({"urgent_reason": "停电"}, {"next_working_day_at": "10:00:00"}):
        assert api.patch(address, change, format="json").json()["state"] == "draft"
        post(api, f"{address}ask-approval/")
        assert post(api, f"{address}approve/")["state"] == "approved"
