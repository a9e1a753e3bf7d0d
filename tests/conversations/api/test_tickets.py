"""Tickets over REST: opened, answered, assigned, transferred, closed; and told to webhooks."""

import json

import pytest

from conversations.models import Ticket
from openuser.models import WebhookDelivery, WebhookEndpoint
from tests.support import factories
from wecom.models import Outbound

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(application):
    factories.make_member(application, "lisi")
    return factories.make_api("conversations:read", "tickets:read", "tickets:write")


@pytest.fixture
def operator(application):
    return factories.make_operator(application)


@pytest.fixture
def group(application, operator):
    return factories.make_operator_group(application, operator, name="IT 支持")


@pytest.fixture
def ticket(api, group) -> int:
    return int(api.post("/api/v1/tickets/", {"to": "lisi"}).json()["id"])


def texts(user_id: str) -> list[str]:
    rows = Outbound.objects.filter(recipients=[user_id], msgtype="text").order_by("pk")
    return [row.content["content"] for row in rows]


def test_a_member_is_passed_on_once(api, group):
    first = api.post("/api/v1/tickets/", {"to": "lisi"})
    assert first.status_code == 201
    assert (first.json()["status"], first.json()["reason"], first.json()["group_name"]) == (
        "open",
        "program",
        "IT 支持",
    )
    assert api.post("/api/v1/tickets/", {"to": "lisi"}).json()["id"] == first.json()["id"]


def test_without_operators_it_is_refused_with_a_remedy(api):
    refused = api.post("/api/v1/tickets/", {"to": "lisi"})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_operators")
    assert refused.json()["hint"]


def test_a_ticket_is_answered_noted_and_closed(api, ticket, operator):
    answered = api.post(f"/api/v1/tickets/{ticket}/answer/", {"operator": operator.pk, "text": "我来看看。"})
    assert (answered.json()["status"], answered.json()["operator_name"]) == ("assigned", "王工")
    assert texts("lisi")[-1] == "我来看看。"
    assert api.post(f"/api/v1/tickets/{ticket}/note/", {"text": "墨盒"}).json()["kind"] == "note"
    assert api.post(f"/api/v1/tickets/{ticket}/close/").json()["outcome"] == "solved"
    said = len(texts("lisi"))
    assert api.post(f"/api/v1/tickets/{ticket}/hand_back/").json()["outcome"] == "solved"
    assert len(texts("lisi")) == said
    changes = api.get(f"/api/v1/ticket-changes/?ticket={ticket}").json()["results"]
    assert {change["kind"] for change in changes} == {"opened", "taken", "note", "closed"}


def test_what_another_operator_has_is_refused(api, ticket, operator):
    other = factories.make_operator(None, member=None, name="李工")
    api.post(f"/api/v1/tickets/{ticket}/assign/", {"operator": operator.pk})
    refused = api.post(f"/api/v1/tickets/{ticket}/answer/", {"operator": other.pk, "text": "我来"})
    assert (refused.status_code, refused.json()["code"]) == (422, "ticket_taken")


def test_a_ticket_is_transferred_to_a_group_of_its_application(api, ticket, application):
    hr = factories.make_operator_group(application, name="人事")
    assert api.post(f"/api/v1/tickets/{ticket}/transfer/", {"group": hr.pk}).json()["group_name"] == "人事"
    elsewhere = factories.make_operator_group()
    assert api.post(f"/api/v1/tickets/{ticket}/transfer/", {"group": elsewhere.pk}).status_code == 422


def test_lists_are_filtered(api, ticket, operator):
    assert [one["id"] for one in api.get("/api/v1/tickets/?status=open&user_id=lisi").json()["results"]] == [ticket]
    assert api.get("/api/v1/tickets/?status=closed").json()["results"] == []
    assert api.get("/api/v1/operators/?user_id=wanggong").json()["results"][0]["name"] == "王工"


def test_reading_and_writing_take_scopes(application, ticket):
    reader = factories.make_api("tickets:read")
    assert reader.get(f"/api/v1/tickets/{ticket}/").status_code == 200
    assert reader.post(f"/api/v1/tickets/{ticket}/close/").status_code == 403
    assert factories.make_api("messages:read").get("/api/v1/tickets/").status_code == 403


def test_webhooks_are_told_who_and_when_but_no_words(api, group, operator):
    events = ["ticket.opened", "ticket.assigned", "ticket.closed"]
    WebhookEndpoint.objects.create(name="OA", url="https://oa.example/", events=events)
    pk = api.post("/api/v1/tickets/", {"to": "lisi"}).json()["id"]
    api.post(f"/api/v1/tickets/{pk}/answer/", {"operator": operator.pk, "text": "我来看看。"})
    api.post(f"/api/v1/tickets/{pk}/close/")
    told = [json.loads(row.payload) for row in WebhookDelivery.objects.order_by("pk")]
    assert [one["type"] for one in told] == events
    assert told[-1]["data"]["outcome"] == "solved"
    assert told[-1]["data"]["user_id"] == "lisi"
    assert not any("我来看看" in row.payload for row in WebhookDelivery.objects.all())
    assert Ticket.objects.get().rating is None
