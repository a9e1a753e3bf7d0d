"""Golden conversations: recorded, replayed against a draft, and asked before it is published."""

import time

import pytest
from django.contrib.auth.models import Permission, User

from conversations import services
from conversations.exceptions import FlowError
from conversations.flows import publication
from conversations.golden.comparison import compare
from conversations.models import FlowVersion, GoldenConversation
from core.text.slot_values import parse_choices
from tests.conversations.golden.conftest import INPUTS
from tests.conversations.support.flow_pages import staff, url
from tests.conversations.support.nested_flows import make_contact, make_visit, published
from tests.support import factories
from tests.support.factories import make_api
from tests.support.factories.conversations import change_steps
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db


def change(flow, key: str, **fields: object) -> None:
    change_steps(flow.states.filter(key=key), **fields)


def test_a_conversation_holds_until_a_text_changes(flow, golden):
    (same,), _covered = services.run_golden(flow)
    assert not same.differs
    change(flow, "ask_quality", text="要多清晰？")
    (found,), _covered = services.run_golden(flow)
    lines = [(line.sort, line.said.text) for line in found.turns[1].lines]
    assert lines == [("gone", "“欢迎加入”要多清晰？"), ("new", "要多清晰？")]
    assert [turn.differs for turn in found.turns] == [False, True, False]


def test_a_branch_that_ends_earlier_is_a_difference(flow, golden):
    flow.states.get(key="ask_quality").delete()
    (found,), _covered = services.run_golden(flow)
    assert found.differs
    assert found.turns[2].turn.said == (), "after the end nothing is said"


def test_a_tap_on_a_button_that_is_gone_keeps_its_label(flow):
    choice = parse_choices(flow.states.get(key="ask_quality").choices)[1]
    services.record_golden(flow, "高清视频", [("start", ""), ("say", "欢迎加入"), ("choose", choice.value)])
    flow.states.get(key="ask_quality").delete()
    (found,), _covered = services.run_golden(flow)
    assert choice.label != choice.value
    assert found.turns[2].turn.shown == choice.label


def test_a_difference_stops_a_publication_and_a_reason_lets_it_pass(flow, golden):
    change(flow, "ask_text", text="请写文本。")
    with pytest.raises(FlowError, match="高清视频") as refused:
        services.publish(flow)
    assert (refused.value.code, refused.value.field) == ("golden_differs", "golden")
    version = services.publish(flow, despite="新的说法")
    assert (version.number, version.despite) == (2, "新的说法")


def test_a_reason_is_kept_only_where_something_differs(flow, golden):
    assert services.publish(flow, despite="nothing").despite == ""


def test_what_is_accepted_is_golden_with_who_and_when(flow, golden, django_user_model):
    change(flow, "ask_text", text="请写文本。")
    who = django_user_model.objects.create_user("hr.lin")
    accepted = services.accept_golden(golden, by=who)
    assert (accepted.accepted_by, accepted.accepted_at is not None) == (who, True)
    assert not compare(publication.draft(flow), accepted, {}).differs
    assert services.publish(flow).number == 2


def test_dates_count_from_the_recorded_moment(flow, golden):
    before = golden.turns
    GoldenConversation.objects.update(happens_at="2020-02-29T10:00:00+08:00")
    (found,), _covered = services.run_golden(flow)
    assert [turn.turn.to_json() for turn in found.turns] == before


def test_coverage_counts_states_and_transitions(flow, golden):
    _found, covered = services.run_golden(flow)
    assert {"ask_text", "ask_quality", "video"} <= covered.states
    assert len(covered.states) < covered.state_count
    assert 0 < len(covered.ways) < covered.way_count


def test_fifty_conversations_are_replayed_within_a_second(flow):
    for number in range(50):
        services.record_golden(flow, f"第 {number} 个", INPUTS)
    began = time.process_time()
    found, _covered = services.run_golden(flow)
    assert len(found) == 50
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("name", "inputs", "field"), [("", INPUTS, "name"), ("高清视频", INPUTS, "name"), ("x", (), "turns")]
)
def test_what_cannot_be_recorded_names_the_field(flow, golden, name, inputs, field):
    with pytest.raises(FlowError) as refused:
        services.record_golden(flow, name, inputs)
    assert refused.value.field == field
    assert refused.value.remedy


def test_a_try_is_kept_with_one_button(hr, flow):
    page = url("flow", "try_it", flow.pk)
    hr.get(page)
    hr.post(page, {"act": "say", "text": "欢迎加入"})
    answer = hr.post(url("flow", "record_golden", flow.pk), {"name": "两句话", "next": page})
    assert answer.headers["Location"] == page
    kept = GoldenConversation.objects.get()
    assert [turn["act"] for turn in kept.turns] == ["start", "say"]
    assert kept.recorded_by.username == "boss"
    assert hr.get(url("flow", "record_golden", flow.pk)).status_code == 405  # else it would lead to itself


def test_the_page_shows_what_was_said_and_is_said_now(hr, flow, golden):
    change(flow, "ask_text", text="<b>新</b>")
    page = hr.get(url("flow", "golden", flow.pk)).content.decode()
    assert "<del>请发送视频文本。" in page
    assert "<ins>&lt;b&gt;新&lt;/b&gt;" in page
    hr.post(url("flow", "golden", flow.pk), {"act": "accept", "golden": golden.pk})
    assert "<del>" not in hr.get(url("flow", "golden", flow.pk)).content.decode()
    hr.post(url("flow", "golden", flow.pk), {"act": "rename", "golden": golden.pk, "name": "新名"})
    assert GoldenConversation.objects.get().name == "新名"
    hr.post(url("flow", "golden", flow.pk), {"act": "delete", "golden": golden.pk})
    assert not GoldenConversation.objects.exists()


def test_a_publication_past_them_needs_the_right(flow, golden):
    change(flow, "ask_text", text="请写文本。")
    page, operator = url("flow", "publish_this", flow.pk), staff("operator", "operator")
    refused = operator.post(page, {"note": ""})
    assert (refused.status_code, FlowVersion.objects.count()) == (200, 1)
    assert operator.post(page, {"despite": "agreed"}).status_code == 302
    assert FlowVersion.objects.first().despite == "agreed"
    assert refuses_a_publisher_without_the_right(flow, page)
    viewer = staff("viewer", "viewer")
    assert viewer.post(url("flow", "golden", flow.pk), {"act": "accept", "golden": golden.pk}).status_code == 403


def refuses_a_publisher_without_the_right(flow, page: str) -> bool:
    change(flow, "ask_text", text="再改。")
    client = staff("publisher")
    who = User.objects.get(username="publisher")
    who.user_permissions.set(Permission.objects.filter(codename__in=("view_flow", "publish_flow")))
    before = FlowVersion.objects.count()
    return client.post(page, {"despite": "agreed"}).status_code == 200 and FlowVersion.objects.count() == before


def test_programs_keep_compare_and_publish(flow):
    api = make_api("flows:read", "flows:write")
    inputs = [{"act": act, "text": text} for act, text in INPUTS]
    made = api.post("/api/v1/golden-conversations/", {"flow": flow.pk, "name": "高清", "inputs": inputs})
    assert made.status_code == 201, made.content
    change(flow, "ask_text", text="请写文本。")
    report = api.get(f"/api/v1/flows/{flow.pk}/golden/").json()
    assert report["comparisons"][0]["turns"][0]["lines"][0]["sort"] == "gone"
    refused = problem(api.post(f"/api/v1/flows/{flow.pk}/publish/", {}), 422)
    assert refused["code"] == "golden_differs"
    assert api.post(f"{made['Location']}accept/", {}).status_code == 200
    assert api.post(f"/api/v1/flows/{flow.pk}/publish/", {}).json()["number"] == 2


def test_a_golden_flow_takes_its_conversations_with_it(flow, golden):
    factories.make_flow(name="other")
    flow.versions.all().delete()
    flow.delete()
    assert not GoldenConversation.objects.exists()


def test_a_dry_run_over_rest_says_the_same_as_the_publication(flow):
    api = make_api("flows:read", "flows:write")
    change(flow, "ask_text", text="请写文本。")
    address = f"/api/v1/flows/{flow.pk}/publish/"
    tried = api.post(address, {"dry_run": True})
    assert (tried.status_code, flow.versions.count()) == (200, 1)
    done = api.post(address, {})
    assert done.json() == {**tried.json(), "dry_run": False}
    assert done.json()["changes"] == [{"sort": "changed", "name": "问文本", "parts": ["text"]}]


def test_a_golden_conversation_goes_through_a_sub_flow(db):
    contact = make_contact()
    visit = published(make_visit(contact))
    texts = ("王芳", "13800138000", "李雷", "是")
    services.record_golden(visit, "登记", [("start", ""), *(("say", text) for text in texts)])
    (found,), covered = services.run_golden(visit)
    assert not found.differs
    assert found.now.turns[3].said[0].text == "李雷，记下了。"
    assert {"contact", "right", "bye"} <= covered.states
    assert "phone" not in covered.states
    contact.states.filter(key="thanks").update(text="好。")
    services.publish(contact, despite="短一点")
    assert services.run_golden(visit)[0][0].differs
