"""Topics and the choices of members over REST: scopes, refusals with a field, and who changed what."""

import pytest

from conversations.models import PreferenceChange, Topic
from conversations.services import Choices, choices_of
from openuser.models import WebhookDelivery, WebhookEndpoint
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(application):
    return factories.make_api("preferences:read", "preferences:write")


@pytest.fixture
def member(application):
    return factories.make_member(application, "lisi")


@pytest.fixture
def topic():
    return Topic.objects.create(name="团建")


def test_a_topic_is_added_changed_counted_and_deleted(api, member):
    made = api.post("/api/v1/topics/", {"name": "志愿活动", "order": 60})
    assert made.status_code == 201
    address = made["Location"].removeprefix("http://testserver")
    assert api.patch(address, {"name_en": "Volunteering"}).json()["name_en"] == "Volunteering"
    api.patch(f"/api/v1/members/{member.pk}/preferences/", {"muted": [made.json()["id"]]})
    assert api.get(address).json()["muted_by"] == 1
    assert api.delete(address).status_code == 204
    assert choices_of(member) == Choices()


def test_a_topic_that_a_campaign_is_about_stays(api, topic, application):
    factories.make_campaign_row(application, topic=topic)
    refused = api.delete(f"/api/v1/topics/{topic.pk}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "topic_used")


def test_two_topics_have_different_names(api, topic):
    refused = api.post("/api/v1/topics/", {"name": "团建"})
    assert refused.status_code == 422
    assert "name" in str(refused.json())


def test_a_member_who_has_chosen_nothing_has_empty_choices(api, member):
    answer = api.get(f"/api/v1/members/{member.pk}/preferences/")
    assert answer.json() == {"user_id": "lisi", "prefers_text": False, "language": "", "muted": []}


def test_a_change_sets_what_is_given_and_is_recorded(api, member, topic):
    address = f"/api/v1/members/{member.pk}/preferences/"
    api.patch(address, {"muted": [topic.pk]})
    answer = api.patch(address, {"prefers_text": True, "language": "en"})
    assert answer.json() == {"user_id": "lisi", "prefers_text": True, "language": "en", "muted": [topic.pk]}
    assert set(PreferenceChange.objects.values_list("origin", "by")) == {("api", None)}


@pytest.mark.parametrize(
    ("body", "field"),
    [({"muted": [10**9]}, "muted"), ({"language": "fr"}, "language"), ({"muted": "x"}, "muted"), ({"nope": 1}, "nope")],
)
def test_what_does_not_exist_is_refused_with_its_field(api, member, body, field):
    refused = api.patch(f"/api/v1/members/{member.pk}/preferences/", body)
    assert refused.status_code == 422
    assert field in str(refused.json())
    assert choices_of(member) == Choices()


def test_reading_and_writing_are_two_scopes(member, topic):
    reader = factories.make_api("preferences:read")
    assert reader.get("/api/v1/topics/").status_code == 200
    assert reader.patch(f"/api/v1/topics/{topic.pk}/", {"order": 1}).status_code == 403
    assert reader.patch(f"/api/v1/members/{member.pk}/preferences/", {"prefers_text": True}).status_code == 403
    assert factories.make_api("members:read").get(f"/api/v1/members/{member.pk}/preferences/").status_code == 403


def test_a_change_is_told_to_webhooks(api, member):
    WebhookEndpoint.objects.create(name="OA", url="https://oa.example/", events=["member.preferences_changed"])
    api.patch(f"/api/v1/members/{member.pk}/preferences/", {"prefers_text": True})
    told = WebhookDelivery.objects.get()
    assert '"user_id": "lisi"' in told.payload
