"""Segments and audiences over REST."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import Segment
from tests.scheduling.segments.support.company import make_company
from tests.support.factories import make_api, make_application

pytestmark = pytest.mark.django_db

SEGMENTS = "/api/v1/segments/"
PREVIEW = "/api/v1/segments/preview/"
AUDIENCE = "/api/v1/audience/preview/"
FEMALE = {"subject": "gender", "test": "is", "value": "female"}
BODY = {"name": "女同事", "rule": {"rules": [FEMALE]}}


@pytest.fixture
def company(application):
    make_company(application)
    return application


@pytest.fixture
def api() -> APIClient:
    return make_api("schedules:read", "schedules:write")


def post(api: APIClient, url: str, body: Any) -> Any:
    return api.post(url, body, format="json")


def test_a_segment_is_created_told_in_words_and_counted(api, company):
    answer = post(api, SEGMENTS, BODY)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert (found["words"], found["rule"]) == ("gender is female", {"op": "all", "rules": [FEMALE]})
    assert answer.headers["Location"].endswith(f"{SEGMENTS}{found['id']}/")
    counted = api.get(f"{SEGMENTS}{found['id']}/count/").json()
    assert (counted["count"], counted["of"], counted["names"]) == (1, 5, ["Anna Lee"])


def test_a_segment_is_changed_field_by_field(api, company):
    key = post(api, SEGMENTS, BODY).json()["id"]
    changed = api.patch(f"{SEGMENTS}{key}/", {"description": "全部女同事"}, format="json").json()
    assert (changed["description"], changed["rule"]["rules"]) == ("全部女同事", [FEMALE])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rule": {"rules": [{**FEMALE, "value": "other"}]}}, "rule.0.value"),
        ({"rule": {"rules": [{**FEMALE, "subject": "fact:gone"}]}}, "rule.0.subject"),
        ({"rule": {"rules": []}}, "rule"),
        ({"rule": "everyone"}, "rule"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_is_answered_with_its_place(api, company, body, field):
    answer = post(api, SEGMENTS, {**BODY, **body})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert not Segment.objects.exists()


def test_a_name_that_is_taken_is_refused(api, company):
    post(api, SEGMENTS, BODY)
    answer = post(api, SEGMENTS, BODY)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "name")


def test_a_segment_in_use_is_not_deleted(api, company):
    inner = post(api, SEGMENTS, BODY).json()["id"]
    rule = {"rules": [{"subject": "segment", "test": "one_of", "value": [inner]}]}
    outer = post(api, SEGMENTS, {"name": "外", "rule": rule}).json()["id"]
    refused = api.delete(f"{SEGMENTS}{inner}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "segment_used")
    assert "外" in refused.json()["detail"]
    assert [api.delete(f"{SEGMENTS}{key}/").status_code for key in (outer, inner)] == [204, 204]


def test_a_rule_is_tried_without_being_saved(company):
    reader = make_api("schedules:read")
    answer = post(reader, PREVIEW, {"rule": BODY["rule"]})
    assert (answer.status_code, answer.json()["count"]) == (200, 1)
    assert not Segment.objects.exists()
    assert post(reader, SEGMENTS, BODY).status_code == 403


def test_an_audience_says_who_gets_it_and_who_does_not(company):
    audience = {"everyone": True, "members": ["chen", "ghost"], "exclude": {"departments": [7]}}
    answer = post(make_api("schedules:read"), AUDIENCE, {"audience": audience})
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "count": 1,
        "names": ["eva"],
        "excluded": 3,
        "left_out": [
            {"reason": "left", "words": "has left the company", "count": 1, "names": ["陈晨"]},
            {"reason": "not_activated", "words": "has not activated WeChat Work yet", "count": 1, "names": ["DORA"]},
            {"reason": "unknown", "words": "is not in the directory", "count": 1, "names": ["ghost"]},
        ],
    }


@pytest.mark.parametrize(
    ("audience", "field"), [({}, "audience"), ({"tags": ["x"]}, "audience.tags.0"), ([], "audience")]
)
def test_what_is_wrong_with_an_audience_is_answered_with_its_place(api, company, audience, field):
    answer = post(api, AUDIENCE, {"audience": audience})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_an_audience_is_previewed_for_the_application_that_is_named(api, company):
    other = make_application(corporation=company.corporation, agent_id=1000099)
    other.application_members.create(member=company.corporation.members.get(user_id="anna"), in_range=False)
    body = {"audience": {"members": ["anna"]}, "application": other.pk}
    assert post(api, AUDIENCE, body).json()["left_out"][0]["reason"] == "out_of_range"
    assert post(api, AUDIENCE, {**body, "application": 987654}).status_code == 404
