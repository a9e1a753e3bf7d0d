"""A page of a list has a constant number of queries."""

import json

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import services
from conversations.models import Conversation, Session
from openuser.models import ApiClient
from scheduling.models import Campaign, CampaignRun
from tests.support.factories import make_api, make_flow
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db
ROWS = {
    "/api/v1/digital-humans/": "avatars.DigitalHuman",
    "/api/v1/voices/": "avatars.Voice",
    "/api/v1/consents/": "avatars.Consent",
    "/api/v1/statements/": "avatars.Statement",
    "/api/v1/lexicon/": "avatars.LexiconEntry",
    "/api/v1/renders/": "avatars.Render",
    "/api/v1/templates/": "avatars.RenderTemplate",
    "/api/v1/presentations/": "avatars.Presentation",
    "/api/v1/members/": "wecom.Member",
    "/api/v1/fact-definitions/": "wecom.FactDefinition",
    "/api/v1/departments/": "wecom.Department",
    "/api/v1/tags/": "wecom.Tag",
    "/api/v1/directory-syncs/": "wecom.DirectorySync",
    "/api/v1/privacy-requests/": "wecom.PrivacyRequest",
    "/api/v1/uploads/": "wecom.Upload",
    "/api/v1/outbounds/": "wecom.Outbound",
    "/api/v1/group-chats/": "wecom.GroupChat",
    "/api/v1/group-messages/": "wecom.GroupMessage",
    "/api/v1/callbacks/": "wecom.Callback",
    "/api/v1/applications/": "wecom.Application",
    "/api/v1/messages/": "conversations.Message",
    "/api/v1/flows/": "conversations.Flow",
    "/api/v1/golden-conversations/": "conversations.GoldenConversation",
    "/api/v1/session-moves/": "conversations.SessionMove",
    "/api/v1/sessions/": "conversations.Session",
    "/api/v1/answers/": "conversations.Answer",
    "/api/v1/unanswered-questions/": "conversations.UnansweredQuestion",
    "/api/v1/documents/": "conversations.Document",
    "/api/v1/topics/": "conversations.Topic",
    "/api/v1/tickets/": "conversations.Ticket",
    "/api/v1/ticket-changes/": "conversations.TicketChange",
    "/api/v1/operators/": "conversations.Operator",
    "/api/v1/campaigns/": "scheduling.Campaign",
    "/api/v1/audience-lists/": "scheduling.AudienceSheet",
    "/api/v1/campaign-runs/": "scheduling.CampaignRun",
    "/api/v1/deliveries/": "scheduling.Delivery",
    "/api/v1/series/": "scheduling.Series",
    "/api/v1/series-members/": "scheduling.Enrolment",
    "/api/v1/schedules/": "scheduling.Campaign",
    "/api/v1/schedule-runs/": "run of a schedule",
    "/api/v1/segments/": "scheduling.Segment",
    "/api/v1/working-day-imports/": "scheduling.CalendarImport",
    "/api/v1/webhook-endpoints/": "openuser.WebhookEndpoint",
    "/api/v1/webhook-deliveries/": "openuser.WebhookDelivery",
    "/api/v1/incidents/": "openuser.Incident",
}
OF_SETTINGS = {"/api/v1/engines/"}  # as many as the settings name


@pytest.fixture
def api():
    return make_api(*ApiClient.Scope.values)


def test_no_list_is_forgotten_here(api):
    paths = json.loads(api.get("/api/v1/openapi.json").content)["paths"]
    lists = {path for path, methods in paths.items() if methods.get("get", {}).get("operationId", "").endswith("_list")}
    assert lists == {*ROWS, *OF_SETTINGS}


def add(label: str) -> None:
    """One more row; of a flow one that is published, since its version is read."""
    if label in ("conversations.Flow", "conversations.Session"):
        flow = make_flow(triggers="")
        version = services.publish(flow)
        if label == "conversations.Session":
            make_row(Session, version=version, conversation=make_row(Conversation), status="completed")
    elif label == "run of a schedule":
        make_row(CampaignRun, campaign=make_row(Campaign))
    else:
        make_row(apps.get_model(label))


@pytest.mark.parametrize("url", ROWS)
def test_a_list_asks_as_often_for_twenty_rows_as_for_two(api, url):
    for _ in range(2):
        add(ROWS[url])
    api.get(url)
    with CaptureQueriesContext(connection) as few:
        found = api.get(url).json()["results"]
    before = len(found)
    for _ in range(18):
        add(ROWS[url])
    with CaptureQueriesContext(connection) as many:
        found = api.get(url).json()["results"]
    assert len(found) >= before + 18
    assert len(many) == len(few), [query["sql"] for query in many.captured_queries]
