"""Flow sessions over REST: start one for a member, follow it, stop it."""

import pytest

from conversations import services
from conversations.models import Conversation, Flow, Session
from tests.conversations.support import two_languages
from tests.conversations.support.nested_flows import make_contact, make_visit, published
from tests.support.factories import make_api, make_application, make_desk, make_flow
from tests.support.problem_details import problem
from wecom.models import Outbound

pytestmark = pytest.mark.django_db
FLOWS, SESSIONS = "/api/v1/flows/", "/api/v1/sessions/"


@pytest.fixture
def flow() -> Flow:
    make_desk(make_application(is_default=True))
    flow = make_flow(name="制作视频", command="/make")
    services.publish(flow)
    flow.refresh_from_db()
    return flow


@pytest.fixture
def api():
    return make_api("conversations:read", "flows:read", "sessions:read", "sessions:write")


def start(api, flow: Flow, **fields: object):
    return api.post(SESSIONS, {"flow": flow.pk, "to": "ZhangSan", **fields})


def test_a_flow_says_what_runs_and_what_it_asks_for(api, flow):
    draft = make_flow(name="草稿", enabled=False)
    (found, running) = api.get(FLOWS).json()["results"]
    assert (running["id"], running["name"], running["version"], running["command"]) == (flow.pk, "制作视频", 1, "/make")
    assert running["slots"] == [
        {"name": "text", "type": "text", "choices": []},
        {
            "name": "quality",
            "type": "choice",
            "choices": ["lipsync", "enhanced_lipsync", "enhanced_talking_head"],
        },
    ]
    assert (found["id"], found["version"], found["slots"]) == (draft.pk, None, [])
    assert api.get(f"{FLOWS}{flow.pk}/").json() == running
    for query, name in (("true", "制作视频"), ("false", "草稿")):
        assert [row["name"] for row in api.get(FLOWS, {"enabled": query}).json()["results"]] == [name]
    assert problem(api.get(FLOWS, {"enabled": "null"}), 422)["field"] == "enabled"


def test_a_flow_that_runs_has_a_picture(api, flow):
    found = api.get(f"{FLOWS}{flow.pk}/").json()
    picture = api.get(found["graph_url"])
    assert picture["Content-Type"] == "image/svg+xml"
    assert "问清晰度" in picture.content.decode()
    draft = make_flow(name="草稿")
    assert api.get(f"{FLOWS}{draft.pk}/").json()["graph_url"] is None
    assert problem(api.get(f"{FLOWS}{draft.pk}/graph/"), 404)["code"] == "not_published"


def test_a_flow_is_started_for_a_member_and_asks_its_first_question(api, flow):
    answer = start(api, flow)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["flow"], made["version"], made["user_id"]) == (flow.pk, 1, "zhangsan")
    assert (made["status"], made["state"], made["slots"], made["data"]) == ("active", "ask_text", {}, {})
    assert made["cid"] == answer["X-Request-ID"]
    outbound = Outbound.objects.get()
    assert "请发送视频文本" in str(outbound.content)
    assert outbound.recipients == ["zhangsan"]
    assert api.get(answer["Location"]).json() == made


def test_a_session_tells_the_language_that_its_flow_speaks_now(api, flow):
    made = start(api, two_languages.make_flow()).json()
    assert made["language"] == "zh-hans"
    Conversation.objects.update(chosen_language="en")
    assert api.get(f"{SESSIONS}{made['id']}/").json()["language"] == "en"
    assert start(api, flow).json()["language"] == "zh-hans"


def test_data_is_not_asked_for_again(api, flow):
    made = start(api, flow, data={"text": "你好"}).json()
    assert (made["state"], made["slots"], made["data"]) == ("ask_quality", {"text": "你好"}, {"text": "你好"})


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"data": {"quality": "8K"}}, "data.quality"),
        ({"data": {"mood": "good"}}, "data.mood"),
        ({"data": {"text": {"a": 1}}}, "data.text"),
        ({"data": ["text"]}, "data"),
        ({"flow": 0}, "flow"),
        ({"to": "@all"}, "to"),
    ],
)
def test_a_session_that_cannot_begin_names_the_field(api, flow, wish, field):
    wish = {"flow": flow.pk, "to": "zhangsan", **wish}
    assert problem(api.post(SESSIONS, wish), 422)["field"] == field
    assert not Session.objects.exists()
    assert not Outbound.objects.exists()


def test_a_flow_that_is_not_published_does_not_start(api, flow):
    found = problem(start(api, make_flow(name="草稿")), 422)
    assert (found["code"], found["field"]) == ("flow_not_live", "flow")
    assert found["hint"] == "Publish it."


def test_another_flow_interrupts_the_one_that_runs(api, flow):
    first, second = start(api, flow).json(), start(api, flow).json()
    assert api.get(f"{SESSIONS}{first['id']}/").json()["status"] == "interrupted"
    assert [row["id"] for row in api.get(SESSIONS, {"status": "active"}).json()["results"]] == [second["id"]]


def test_a_session_is_stopped_once(api, flow):
    made = start(api, flow).json()
    for _ in range(2):
        answer = api.post(f"{SESSIONS}{made['id']}/stop/")
        assert answer.status_code == 200
        assert answer.json()["status"] == "stopped"
        assert answer.json()["finished_at"]


def test_a_session_in_a_sub_flow_names_the_flows_around_it(api, flow):
    visit = published(make_visit(make_contact()))
    start(api, visit, data={"name": "王芳"})
    (found,) = api.get(SESSIONS).json()["results"]
    assert (found["state"], found["slots"]) == ("phone", {})
    (around,) = found["callers"]
    assert around == {"flow": visit.pk, "version": 1, "state": "contact", "slots": {"name": "王芳"}}


def test_sessions_are_filtered(api, flow):
    start(api, flow)
    start(api, flow, to="lisi")
    for query, count in (
        ({"user_id": "LISI"}, 1),
        ({"flow": flow.pk}, 2),
        ({"flow": flow.pk + 1}, 0),
        ({"status": "completed"}, 0),
    ):
        assert len(api.get(SESSIONS, query).json()["results"]) == count, query


def test_who_may_only_look_starts_nothing(flow):
    found = problem(start(make_api("sessions:read", "flows:read"), flow), 403)
    assert "sessions:write" in found["hint"]
